/**
 * Work items: (handler, key) pairs that have to be worked on, coalesced.
 *
 * W1 An item is added in or before the transaction that advances the feed's cursor, and removed in the transaction of the run
 *    that has read everything it stands for: unless it was added again since its claim. No wake-up is lost, in whatever order
 *    and however often changes are told.
 * W2 An item is claimed by one worker at a time, for a lease, which ends with the worker's process; once somebody else has claimed it,
 *    it can finish nothing any more. Claims of a key have rising numbers.
 * W3 A change that comes from outside, and meets an item that has come round, begins anew: rounds are the least of what an
 *    item stands for since its last claim. What a claimed item stood for is counted by its run alone, so each change comes
 *    round a bounded number of times.
 * W4 A run may add the work that its own changes wake, in its transaction and as claimed by its worker: it is handed on. What
 *    somebody else has claimed is added as ever.
 */
import type { Isolation } from "@tenon/postgres";
import type { Key } from "@tenon/storage-repo/api";
import type { SinkOutbox } from "../sink/sink-outbox.ts";
import type { Lane } from "../task/lane.ts";
import type { PumpLeases } from "./pump-lease.ts";

export interface NewWork {
  readonly handler: string;
  readonly key: Key;
  readonly lane: Lane;
  /** Highest sequence number of a change batch that led to it, for people: batches come in another order. */
  readonly upTo: bigint;
  /** How often what led to it has come round a circle; of several changes the least. */
  readonly rounds: number;
}

/** Which handler made a change batch, and how often its cause has come round by then. */
export interface Origin {
  readonly handler: string;
  readonly rounds: number;
  /** Handlers whose work on the rows that changed was added with the change itself (W4): the pump adds none for these rows. */
  readonly handedOn: readonly string[];
}

export interface ClaimedWork extends NewWork {
  /** Whose claim this is, a whole number: no two claims are equal, and a later one of a key is higher. */
  readonly claim: string;
  /** Runs that failed since the last change. */
  readonly attempts: number;
}

/** What became of an item at the end of its run: `again` when something was added meanwhile, `lost` when its claim has ended. */
export type FinishOutcome = "done" | "again" | "lost";

export interface ClaimOptions {
  readonly handlers: readonly string[];
  readonly lane: Lane;
  readonly itemsMax: number;
  readonly leaseMs: number;
}

export interface Claimable {
  readonly handler: string;
  readonly lane: Lane;
}

export interface WorkFailure {
  readonly code: string;
  readonly reason: string;
  readonly inputDigest: string | undefined;
  /** Kept aside until something it reads changes, or an operator asks. */
  readonly parked: boolean;
  /** Not tried again before this has passed. */
  readonly waitMs: number;
}

export interface WorkStatus {
  readonly handler: string;
  readonly lane: Lane;
  readonly waiting: number;
  readonly parked: number;
  /** Age of the oldest item that waits. */
  readonly oldestMs: number;
}

/** Which items of some keys are there. */
export interface ItemsOf {
  readonly handlers: readonly string[];
  readonly keys: readonly Key[];
}

/** An item that has not come to its end. */
export interface OpenItem {
  readonly handler: string;
  readonly key: Key;
  /** It waits, or somebody works on it: not parked. */
  readonly waits: boolean;
  /** What its last run failed of, if it did. */
  readonly reason: string | undefined;
}

/** By transaction id. */
export type Origins = ReadonlyMap<bigint, Origin>;

/** An item that was put aside, with what its last run failed of. */
export interface ParkedWork extends NewWork {
  readonly attempts: number;
  readonly code: string;
  readonly reason: string;
  readonly inputDigest: string | undefined;
}

export interface WorkStore<Joined> {
  /** Who turns the feed into work, and who sends messages. */
  readonly pumps: PumpLeases;
  /** Messages of runs, until the log has them. */
  readonly sinks: SinkOutbox<Joined>;
  prepare(): Promise<void>;
  transaction<Result>(
    work: (tx: Joined) => Promise<Result>,
    options: {
      readonly isolation: Isolation;
      readonly attemptsMax: number;
      readonly readOnly?: boolean;
      readonly onRetry?: (attempt: number, sqlState: string) => void;
    },
  ): Promise<Result>;
  /** Whether the transaction's snapshot holds what these transactions have committed. */
  sees(tx: Joined, xids: readonly bigint[]): Promise<boolean>;
  add(tx: Joined, work: readonly NewWork[]): Promise<void>;
  /** Items of some keys that are there, at the transaction's snapshot. */
  open(tx: Joined, of: ItemsOf): Promise<readonly OpenItem[]>;
  claim(options: ClaimOptions): Promise<readonly ClaimedWork[]>;
  /** Ends the leases of claims whose processes have ended; resolves with how many. */
  endAbandoned(handlers: readonly string[]): Promise<number>;
  /** For which handlers, in which lanes, there is something to claim now. */
  claimable(handlers: readonly string[]): Promise<readonly Claimable[]>;
  /** A number between those of all claims before this call and those of all claims after it (W2): orders writes of others among them. */
  betweenClaims(): Promise<bigint>;
  /**
   * Ends items in the transaction of their runs, and says of each, in the order given, what became of it. A transaction with a lost
   * one must not commit what the run of that one wrote (W2).
   */
  finish(tx: Joined, items: readonly ClaimedWork[]): Promise<readonly FinishOutcome[]>;
  /** Adds work in a run's transaction; resolves with what is now claimed for its worker (W4). */
  handOn(tx: Joined, work: readonly NewWork[], options: { readonly leaseMs: number }): Promise<readonly ClaimedWork[]>;
  /** In a run's transaction, when it has written something: says where its change batch comes from. */
  sign(tx: Joined, origin: Origin): Promise<void>;
  /** In the pump's transaction: origins of the batches of some transactions, if one of the handlers made them. Forgets them. */
  origins(
    tx: Joined,
    asked: { readonly xids: readonly bigint[]; readonly handlers: readonly string[] },
  ): Promise<Origins>;
  fail(item: ClaimedWork, failure: WorkFailure): Promise<void>;
  status(): Promise<readonly WorkStatus[]>;
  /** Items that were put aside, of one handler or of all, at most 10,000. */
  parked(handler?: string): Promise<readonly ParkedWork[]>;
  /** Lets parked items of a handler be tried again, all or those of some keys; returns how many. */
  retryParked(handler: string, keys?: readonly Key[]): Promise<number>;
}
