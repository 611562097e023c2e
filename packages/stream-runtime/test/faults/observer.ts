/** A reader that is there all the time: what it sees must have been committed, and must stay what it was. */
import { setTimeout as pause } from "node:timers/promises";
import type { EventLog, LogReader, LogRecord } from "@tenon/event-log/api";
import type { Database } from "@tenon/postgres";

const PULL = { recordsMax: 2_000, bytesMax: 2 ** 24, waitMs: 200 };
const AGAIN_MS = 200;
/** Records that are there at the end are all seen within this. */
const LAST_MS_MAX = 30_000;

interface Sender {
  readonly task: string;
  readonly partition: number;
  readonly outbox_seq: bigint;
}

export class Observer {
  readonly #log: EventLog;
  readonly #database: Database;
  /** Per partition, what was seen of each record, in order. */
  readonly #seen = new Map<number, string[]>();
  readonly #end = new AbortController();
  #reading: Promise<unknown> = Promise.resolve();
  #uncommitted = 0;

  private constructor(log: EventLog, database: Database) {
    this.#log = log;
    this.#database = database;
  }

  static async start(log: EventLog, database: Database, topic: string): Promise<Observer> {
    const observer = new Observer(log, database);
    const partitions = await log.offsets(topic);
    observer.#reading = Promise.all(partitions.map(({ partition }) => observer.#read(topic, partition)));
    return observer;
  }

  get seen(): number {
    return [...this.#seen.values()].reduce((total, { length }) => total + length, 0);
  }

  /** Waits until it has seen as much as is there now. Resolves with what is wrong. */
  async stop(all: readonly LogRecord[]): Promise<readonly string[]> {
    for (const untilMs = Date.now() + LAST_MS_MAX; this.seen < all.length && Date.now() < untilMs; )
      await pause(AGAIN_MS);
    this.#end.abort();
    await this.#reading;
    const problems: string[] = [];
    if (this.#uncommitted > 0) problems.push(`${this.#uncommitted} messages were seen before their commit`);
    for (const [partition, records] of Map.groupBy(all, (record) => record.partition)) {
      const seen = this.#seen.get(partition) ?? [];
      const at = records.findIndex((record, index) => markOf(record) !== seen[index]);
      if (at >= 0) problems.push(`partition ${partition} was seen otherwise from its record ${at} on`);
    }
    return problems;
  }

  async #read(topic: string, partition: number): Promise<void> {
    const seen: string[] = [];
    this.#seen.set(partition, seen);
    let reader: LogReader | undefined;
    let next = 0;
    while (!this.#end.signal.aborted) {
      try {
        reader ??= await this.#log.read({ topic, partition, fromOffset: next });
        const records = await reader.pull({ ...PULL, signal: this.#end.signal });
        if (records.length === 0) continue;
        seen.push(...records.map(markOf));
        next = (records.at(-1) as LogRecord).offset + 1;
        await this.#requireCommitted(records);
      } catch {
        // The broker is away: go on behind the last record seen.
        await reader?.close().catch(() => undefined);
        reader = undefined;
        await pause(AGAIN_MS);
      }
    }
    await reader?.close();
  }

  /** Asked after the read: a number above what is stored was visible before its commit. */
  async #requireCommitted(records: readonly LogRecord[]): Promise<void> {
    const senders = await this.#database.query<Sender>("select task, partition, outbox_seq from stream_offset");
    const stored = new Map(senders.map(({ task, partition, outbox_seq }) => [`${task}/${partition}`, outbox_seq]));
    for (const { headers } of records) {
      const from = headers["tenon-from"] ?? "";
      if (BigInt(headers["tenon-seq"] ?? 0) > (stored.get(from) ?? 0n)) this.#uncommitted++;
    }
  }
}

function markOf({ offset, headers }: LogRecord): string {
  return `${offset} ${headers["tenon-id"]} ${headers["tenon-seq"]}`;
}
