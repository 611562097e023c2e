/** From a log record to what a run needs, or to the reason why there is no run. Depends on the input alone. */
import { type LogRecord, partitionOf, type Unreadable } from "@tenon/event-log/api";
import { streamError } from "../task/stream-error.ts";
import type { Task } from "../task/task.ts";
import type { EventRun } from "./graph-runs.ts";
import { FROM_HEADER, SEQ_HEADER } from "./message-headers.ts";

export type SkipReason = "before" | "duplicate" | "stale";

export type Reading =
  | (EventRun & { readonly kind: "event" })
  | { readonly kind: "unreadable"; readonly record: LogRecord; readonly why: Unreadable }
  | { readonly kind: "refused"; readonly record: LogRecord; readonly error: Error }
  | { readonly kind: "skip"; readonly record: LogRecord; readonly reason: SkipReason };

/** Reads the records of one partition of a task, in order. */
export class RecordReader {
  /** Highest sequence taken per source; what `inboxChanges` gives is what a batch has to store. */
  readonly #inbox: Map<string, number>;
  #changed = new Map<string, number>();
  readonly #task: Task;
  readonly #takesRepeats: boolean;

  constructor(task: Task, inbox: Readonly<Record<string, number>>, takesRepeats = false) {
    this.#task = task;
    this.#takesRepeats = takesRepeats;
    this.#inbox = new Map(Object.entries(inbox));
  }

  /** `newestMs`: the time of the newest record that the log is known to hold. */
  read(record: LogRecord, next: number, newestMs: number): Reading {
    if (record.offset < next) return { kind: "skip", record, reason: "before" };
    if (this.#isTaken(record)) return { kind: "skip", record, reason: "duplicate" };
    const { stale } = this.#task;
    if (stale !== undefined && record.timeMs < newestMs - stale.ageMaxMs)
      return { kind: "skip", record, reason: "stale" };
    return this.readAgain(record);
  }

  /** Reads a record that was taken before and put aside. */
  readAgain(record: LogRecord): Reading {
    const { aheadMaxMs, source, keyBy } = this.#task;
    if (record.timeMs > record.appendedAtMs + aheadMaxMs)
      return { kind: "refused", record, error: this.#aheadOfTime(record) };
    const decoded = source.decode(record);
    if ("unreadable" in decoded) return { kind: "unreadable", record, why: decoded.unreadable };
    const event = decoded.value;
    const key = keyBy === undefined ? record.key : keyBy(event);
    if (key !== record.key) this.#requireOwnPartition(key, record);
    return { kind: "event", record, key, event, response: undefined, error: undefined };
  }

  /** What changed since the last call, if anything did. */
  takeInboxChanges(): Readonly<Record<string, number>> | undefined {
    if (this.#changed.size === 0) return undefined;
    const changes = Object.fromEntries(this.#changed);
    this.#changed = new Map();
    return changes;
  }

  #isTaken({ headers }: LogRecord): boolean {
    const from = headers[FROM_HEADER];
    if (from === undefined || this.#takesRepeats) return false;
    const seq = Number(headers[SEQ_HEADER]);
    if (seq <= (this.#inbox.get(from) ?? 0)) return true;
    this.#inbox.set(from, seq);
    this.#changed.set(from, seq);
    return false;
  }

  #aheadOfTime({ timeMs, appendedAtMs, partition, offset }: LogRecord): Error {
    return streamError("aheadOfTime", `a record of "${this.#task.source.name}" comes from the future`, {
      owner: this.#task.source.owner,
      detail: `partition ${partition}, offset ${offset}: ${timeMs - appendedAtMs} ms ahead of the log's clock, at most ${this.#task.aheadMaxMs} are allowed`,
      hint: "mend the producer's clock; counted as it is, the record would close every window before its time",
    });
  }

  #requireOwnPartition(key: string, record: LogRecord): void {
    const partition = partitionOf(key, this.#task.source.partitions);
    if (partition === record.partition) return;
    throw streamError(
      "foreignKey",
      `task "${this.#task.name}" keys a record of partition ${record.partition} as "${key}"`,
      {
        owner: this.#task.owner,
        detail: `that key lives in partition ${partition} of "${record.topic}", the record at offset ${record.offset} has key "${record.key}"`,
        hint: "send the records to a topic that is keyed this way first, by a task before this one",
      },
    );
  }
}
