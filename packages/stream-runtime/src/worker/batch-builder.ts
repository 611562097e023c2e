/**
 * From records to one commit. What a record adds depends on the record and on what the records before it left behind, so
 * where one batch ends and the next begins never shows in state, windows or messages.
 */
import type { LogRecord } from "@tenon/event-log/api";
import type { BatchCommit, Claim, ParkedRow, TaskPartition, TaskStore } from "../store/task-store.ts";
import { streamError } from "../task/stream-error.ts";
import type { Task } from "../task/task.ts";
import { Windows } from "../window/windows.ts";
import { type EventRun, failureOf, type GraphRuns } from "./graph-runs.ts";
import { OutboxWriter } from "./outbox-writer.ts";
import { type Reading, RecordReader, type SkipReason } from "./record-reading.ts";
import { StateCache } from "./state-cache.ts";

/** What became of the records of a batch, for metrics. */
export interface BatchCounts {
  events: number;
  skipped: Record<SkipReason, number>;
  late: number;
  parked: number;
  deadLetters: number;
}

export interface BuiltBatch {
  readonly commit: BatchCommit;
  readonly counts: BatchCounts;
}

export interface BuilderOptions {
  readonly task: Task;
  readonly at: TaskPartition;
  readonly claim: Claim;
  /** Offset of the first record that is not applied. */
  readonly next: number;
  readonly runs: GraphRuns;
  readonly store: TaskStore;
  /** For tests: count repeated messages again. */
  readonly takesRepeats?: boolean;
}

/** One partition of a task between its claim and its end. After a failed or fenced commit it is thrown away. */
export class BatchBuilder {
  readonly #at: TaskPartition;
  readonly #task: Task;
  readonly #runs: GraphRuns;
  readonly #epoch: number;
  readonly #reader: RecordReader;
  readonly #outbox: OutboxWriter;
  readonly #state: StateCache | undefined;
  readonly #windows: Windows | undefined;
  #next: number;
  #segment = Number.NEGATIVE_INFINITY;
  #parked: ParkedRow[] = [];
  #writes: unknown[] = [];
  #counts = noCounts();

  private constructor({ task, at, claim, next, runs, store, takesRepeats }: BuilderOptions) {
    this.#at = at;
    this.#task = task;
    this.#runs = runs;
    this.#epoch = claim.epoch;
    this.#next = next;
    this.#reader = new RecordReader(task, claim.inbox, takesRepeats);
    this.#outbox = new OutboxWriter(task, at, claim.outboxSeq);
    this.#state = task.state && new StateCache(at, store, task.state);
    this.#windows =
      task.window &&
      new Windows(task.name, task.window, claim.watermarkMs, (emission) => this.#outbox.sendResult(emission));
  }

  /** Takes up a claimed partition where its last commit left it. */
  static async open(options: BuilderOptions): Promise<BatchBuilder> {
    const { task, at, claim, store } = options;
    const builder = new BatchBuilder(options);
    if (task.window !== undefined) {
      builder.#windows?.restore(await store.windows(at, claim.watermarkMs - task.window.graceMs));
    }
    return builder;
  }

  get next(): number {
    return this.#next;
  }

  get watermarkMs(): number {
    return this.#windows?.watermarkMs ?? Number.NEGATIVE_INFINITY;
  }

  /**
   * Processes records, and parked ones that are tried again before them.
   *
   * @throws GraphError TENON1565 or TENON1803 where the task's data may not be skipped over
   */
  async build(records: readonly LogRecord[], retries: readonly LogRecord[], newestMs: number): Promise<BuiltBatch> {
    const start = this.#next;
    const readings: Reading[] = [];
    for (const record of retries) readings.push(this.#reader.readAgain(record));
    for (const record of records) readings.push(this.#reader.read(record, start, newestMs));
    const runs = readings.filter((reading) => reading.kind === "event");
    if (this.#state !== undefined) await this.#state.load(runs.map(({ key }) => key));
    const running = this.#runs.run(runs, this.#state);
    if (running !== undefined) await running;
    for (const reading of readings) this.#settle(reading);
    const last = records.at(-1);
    if (last !== undefined) this.#next = Math.max(start, last.offset + 1);
    return this.#take(
      start,
      retries.map(({ offset }) => offset),
    );
  }

  /** Moves the time of an idle partition. `undefined` when that changes nothing. */
  advance(watermarkMs: number): BuiltBatch | undefined {
    if (this.#windows === undefined || watermarkMs <= this.#windows.watermarkMs) return undefined;
    this.#windows.advance(watermarkMs + (this.#task.window?.outOfOrderMs ?? 0));
    return this.#take(this.#next, []);
  }

  /** Call when a batch is stored: windows that nothing can reach any more are let go. */
  committed(): void {
    this.#windows?.forget();
  }

  #settle(reading: Reading): void {
    const { record } = reading;
    if (reading.kind === "skip") this.#counts.skipped[reading.reason]++;
    else if (reading.kind === "unreadable") {
      this.#outbox.sendDeadLetter(record, reading.why);
      this.#counts.deadLetters++;
    } else if (reading.kind === "refused" || reading.response === undefined) this.#park(record, reading.error);
    else this.#keepOutputs(reading, reading.response);
  }

  #keepOutputs(run: EventRun, response: Readonly<Record<string, unknown>>): void {
    const { record, key } = run;
    const { window, writes } = this.#task;
    this.#counts.events++;
    this.#windows?.advance(record.timeMs);
    this.#outbox.sendMessages(record, response);
    if (writes !== undefined && response[writes.name] !== undefined) this.#writes.push(response[writes.name]);
    const counted = window === undefined ? undefined : response[window.of.name];
    if (counted === undefined || counted === null) return;
    try {
      if (this.#windows?.fold(key, record.timeMs, counted as Record<string, unknown>) === "late") {
        this.#counts.late++;
        this.#outbox.sendLate(record, { key, counted, watermarkMs: this.watermarkMs });
      }
    } catch (error) {
      this.#counts.events--;
      this.#park(record, error);
    }
  }

  #park(record: LogRecord, error: unknown): void {
    const { name, owner, onFailure } = this.#task;
    const failure = failureOf(error);
    if (onFailure === "halt") {
      throw streamError("recordFailed", `task "${name}" failed on a record and may not go on without it`, {
        owner,
        detail: `"${record.topic}" partition ${record.partition}, offset ${record.offset}: ${failure.reason}`,
        hint: "mend the node or the record; the partition continues with this record",
        cause: error,
      });
    }
    const { topic, offset, key, timeMs, headers, value } = record;
    this.#counts.parked++;
    this.#parked.push({ topic, offset, key, timeMs, headers, value, owner, ...failure });
  }

  #take(start: number, unparked: readonly number[]): BuiltBatch {
    const counts = this.#counts;
    const commit: BatchCommit = {
      ...this.#at,
      epoch: this.#epoch,
      start,
      end: this.#next,
      watermarkMs: this.watermarkMs,
      outboxSeq: this.#outbox.seq,
      inbox: this.#reader.takeInboxChanges(),
      state: this.#state?.takeWritten() ?? [],
      windows: this.#windows?.takeChanged() ?? [],
      dropWindowsEndedBeforeMs: this.#dropBefore(),
      outbox: this.#outbox.take(),
      relayedSeq: 0,
      parked: this.#parked,
      unparked,
      writes: this.#writes,
      lane: this.#task.lane,
    };
    this.#parked = [];
    this.#writes = [];
    this.#counts = noCounts();
    return { commit, counts };
  }

  /** Rows past their retention go a segment at a time: one statement per many windows. */
  #dropBefore(): number | undefined {
    const { window } = this.#task;
    if (window === undefined || !Number.isFinite(this.watermarkMs)) return undefined;
    const segmentMs = SEGMENT_WINDOWS * (window.sizesMs.at(-1) as number);
    const segment = Math.floor((this.watermarkMs - window.graceMs - window.retainMs) / segmentMs);
    if (segment === this.#segment) return undefined;
    this.#segment = segment;
    return segment * segmentMs;
  }
}

/** Windows of the largest size that are dropped together. */
const SEGMENT_WINDOWS = 16;

function noCounts(): BatchCounts {
  return { events: 0, skipped: { before: 0, duplicate: 0, stale: 0 }, late: 0, parked: 0, deadLetters: 0 };
}
