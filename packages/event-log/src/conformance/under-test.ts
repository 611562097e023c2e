import type { EventLog, Member } from "../api/event-log.ts";

/** A binding with its servers, as the contract's tests need it. */
export interface LogUnderTest {
  /** A connection like another process's. The suite closes it. */
  open(): Promise<EventLog>;
  /** Lets time pass for the log: by hand where its clock allows, really where it does not. */
  pass(ms: number): Promise<void>;
  /** Takes a member's partitions away without warning. */
  takeAway(log: EventLog, member: Member): Promise<void>;
  /** Kills the servers hard and starts them again; absent where a test cannot. */
  readonly crash?: () => Promise<void>;
  /** What a member holds ahead of its pulls, in all and by its own count. */
  held(member: Member): { readonly records: number; readonly bytes: number };
  /** A rebalance, with everybody alive, is over within this; ms. */
  readonly settleMs: number;
  close(): Promise<void>;
}

export interface ContractOptions {
  /** Why the binding cannot be tested here, e.g. "needs Java"; `undefined` when it can. */
  readonly missing?: string | undefined;
  /** Starting the servers takes up to this long; ms. */
  readonly startMsMax?: number;
}
