/** What a drill asks of the system it is run on: running stores and ad servers, or virtual time. */
import type { NewRecord, Topic } from "@tenon/event-log/api";
import type { SwitchName, SwitchValues } from "../switches/switch-store.ts";

/** Of a topic, as it was once: records from there on are newer. */
export type TopicMark = ReadonlyMap<number, number>;

/** What a comparison found. */
export interface Unsynced {
  readonly count: number;
  /** The first of them, in words. */
  readonly first: string | null;
  /** What changed too often to be judged. */
  readonly inFlight: number;
}

export interface DrillPort {
  nowMs(): number;
  /** Resolves when every process knows it. */
  order<Name extends SwitchName>(name: Name, value: SwitchValues[Name], reason: string): Promise<void>;
  mark(topic: { readonly name: string }): Promise<TopicMark>;
  /** Values of a topic from a mark on, or from its earliest record on, up to its end now. */
  values<Value>(topic: Topic<Value>, from?: TopicMark): AsyncIterable<Value>;
  append(records: readonly NewRecord[]): Promise<void>;
  /** Resolves when gateway, updater and the handlers' low lane have done what is there now. */
  caughtUp(): Promise<void>;
  /** Asks handlers (absent: all) to run again for every ad, in the low lane. */
  refresh(handlers: readonly string[] | undefined): Promise<void>;
  /** Orders every ad server; resolves with how many there are. */
  serve(what: "baseOnly" | "live"): Promise<number>;
  /** Goes back to a base (absent: the one before), and waits until every ad server serves it. Resolves with its name. */
  rollBack(base: string | undefined, reason: string): Promise<string>;
  /** Records that ad servers have refused so far, over all of them. */
  refused(): Promise<number>;
  /** Rows of the ads database that the repository lacks, holds in another state, or should not hold. */
  unsyncedRows(): Promise<Unsynced>;
  /** Documents that are not what handlers make of the stored rows. */
  unsyncedDocuments(): Promise<Unsynced>;
}
