/**
 * Messages of handlers between their run's commit and the log.
 *
 * S1 A message is added in the transaction of its run and removed once the log has it. So at any moment everything that was
 *    committed is in the log or here; and what the log holds was committed before it was appended.
 * S2 Hence a base needs no more than an order of its own: take the end of the topic first, then a snapshot (of the primary).
 *    Every message before that end is of a run whose rows the snapshot shows; every message of a run that it does not show is
 *    appended at or after that end.
 * S3 One process at a time sends, under a lease. Per topic and key messages reach the log in the order of their commits; one
 *    that is sent again, by the next process or by one that was frozen in an append, has the same id and bytes.
 */
import type { NewRecord } from "@tenon/event-log/api";

/** A record whose headers hold its id. */
export type SinkMessage = NewRecord;

export interface WaitingMessage extends SinkMessage {
  /** Rises per topic and key in the order of commits. Of different keys a lower one may appear later. */
  readonly seq: bigint;
}

export interface SinkStatus {
  readonly topic: string;
  readonly waiting: number;
  /** Age of the oldest message that waits. */
  readonly oldestMs: number;
}

export interface SinkOutbox<Joined> {
  /** In a run's transaction. */
  add(tx: Joined, messages: readonly SinkMessage[]): Promise<void>;
  /** Topics for which messages wait. */
  topics(): Promise<readonly string[]>;
  /** The first messages of a topic: one at least, when any waits, whatever its size. */
  next(
    topic: string,
    bounds: { readonly rowsMax: number; readonly bytesMax: number },
  ): Promise<readonly WaitingMessage[]>;
  /** The log has these. Not "up to": one with a lower number may have been committed since. */
  remove(messages: readonly WaitingMessage[]): Promise<void>;
  /** How many wait, counted up to `max`. */
  waiting(max: number): Promise<number>;
  status(): Promise<readonly SinkStatus[]>;
}
