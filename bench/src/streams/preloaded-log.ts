/**
 * A log in memory whose source topic is filled before anything is measured: reading it costs next to nothing, so that what
 * remains is the work of its readers. Other topics take records and forget them.
 */
import type {
  AppendedAt,
  EventLog,
  JoinOptions,
  LogReader,
  LogRecord,
  Member,
  NewRecord,
  PartitionOffsets,
  PullOptions,
} from "@tenon/event-log/api";

interface Partition {
  readonly records: LogRecord[];
  wake: (() => void)[];
}

/** A partition's owner has committed up to the offset. */
type Reported = (partition: number, nextOffset: number) => void;

export class PreloadedLog implements EventLog {
  readonly binding = "simulation";
  readonly #topic: string;
  readonly #partitions: readonly Partition[];
  #onReport: Reported = () => undefined;
  #held = false;
  /** Records appended to other topics. */
  forgotten = 0;

  constructor(topic: string, partitions: number, records: readonly NewRecord[]) {
    this.#topic = topic;
    this.#partitions = Array.from({ length: partitions }, () => ({ records: [], wake: [] }));
    this.#keep(records);
  }

  /** Nothing is delivered until `release`: readers take their places first. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#wakeAll();
  }

  onReport(told: Reported): void {
    this.#onReport = told;
  }

  /** Of each partition. */
  get lengths(): readonly number[] {
    return this.#partitions.map(({ records }) => records.length);
  }

  #keep(records: readonly NewRecord[]): readonly AppendedAt[] {
    const appendedAtMs = Date.now();
    return records.map((record) => {
      const { records: kept } = this.#partition(record.partition);
      const offset = kept.length;
      kept.push({ ...record, offset, appendedAtMs });
      return { topic: record.topic, partition: record.partition, offset };
    });
  }

  append(records: readonly NewRecord[]): Promise<readonly AppendedAt[]> {
    const mine = records.filter(({ topic }) => topic === this.#topic);
    this.forgotten += records.length - mine.length;
    const appended = this.#keep(mine);
    if (mine.length > 0) this.#wakeAll();
    return Promise.resolve(appended);
  }

  #wakeAll(): void {
    for (const partition of this.#partitions) {
      const waiting = partition.wake;
      partition.wake = [];
      for (const wake of waiting) wake();
    }
  }

  createTopics(): Promise<void> {
    return Promise.resolve();
  }

  offsets(topic: string): Promise<readonly PartitionOffsets[]> {
    const found = this.#partitions.map(({ records }, partition) => ({
      ...{ topic, partition, earliest: 0, end: records.length },
      newestTimeMs: records.at(-1)?.timeMs,
    }));
    return Promise.resolve(found);
  }

  read({ partition, fromOffset }: { readonly partition: number; readonly fromOffset: number }): Promise<LogReader> {
    let next = fromOffset;
    return Promise.resolve({
      pull: async (options) => {
        const records = await this.#pull(partition, next, options);
        next += records.length;
        return records;
      },
      seek: (offset) => {
        next = offset;
      },
      close: () => Promise.resolve(),
    });
  }

  async join(options: JoinOptions): Promise<Member> {
    const topic = this.#topic;
    const next: number[] = [];
    for (const partition of this.#partitions.keys()) next[partition] = await options.onAssigned({ topic, partition });
    return {
      assigned: this.#partitions.map((_, partition) => ({ topic, partition })),
      pull: async ({ partition }, pulling) => {
        const records = await this.#pull(partition, next[partition] as number, pulling);
        next[partition] = (next[partition] as number) + records.length;
        return records;
      },
      seek: ({ partition }, offset) => {
        next[partition] = offset;
        return Promise.resolve();
      },
      report: ({ partition }, nextOffset) => {
        this.#onReport(partition, nextOffset);
        return Promise.resolve();
      },
      leave: async () => {
        await Promise.all(this.#partitions.map((_, partition) => options.onRevoked({ topic, partition })));
      },
    };
  }

  async #pull(at: number, from: number, { recordsMax, waitMs, signal }: PullOptions): Promise<readonly LogRecord[]> {
    const partition = this.#partition(at);
    const isEmpty = () => this.#held || from >= partition.records.length;
    if (isEmpty() && waitMs > 0 && signal?.aborted !== true) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs);
        const wake = () => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        signal?.addEventListener("abort", wake, { once: true });
        partition.wake.push(wake);
      });
    }
    return isEmpty() ? [] : partition.records.slice(from, from + recordsMax);
  }

  #partition(at: number): Partition {
    return this.#partitions[at] as Partition;
  }

  trim(): Promise<void> {
    return Promise.resolve();
  }

  topics(): Promise<readonly { readonly topic: string; readonly partitions: number }[]> {
    return Promise.resolve([{ topic: this.#topic, partitions: this.#partitions.length }]);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
