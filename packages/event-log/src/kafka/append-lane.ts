import type { HostClock } from "@tenon/graph-core";
import type { NewRecord, TopicPartition } from "../api/event-log.ts";
import { appendFailed, closed, tooManyAppends } from "../errors.ts";
import { backOff } from "./back-off.ts";
import { isKafkaError, isStaleMetadata, WireError } from "./kafka-errors.ts";
import type { Leaders } from "./leaders.ts";
import { toWire, wireBytes } from "./readable-records.ts";
import type { KafkaWire, WireRecord } from "./wire.ts";

/** Bytes of one batch: brokers take 1 MiB by default, and a record of the largest size must fit. */
const BATCH_BYTES_MAX = 1_000_000;
/** Appends of one partition that wait for the batch before; each is its caller's memory. */
const WAITING_MAX = 10_000;
/** Attempts for a batch of which nothing was written: leader moved, no connection, too few copies. With back-off, some 10 s. */
const ATTEMPTS_MAX = 10;

interface Call {
  readonly records: readonly WireRecord[];
  readonly offsets: number[];
  readonly resolve: (offsets: readonly number[]) => void;
  readonly reject: (error: Error) => void;
  failed: boolean;
}

/**
 * Appends to one partition, one batch in flight.
 *
 * A1 A call's records are written in order; a batch that fails ends its calls, and nothing later of them is sent (L2).
 * A2 A batch is sent again only when it surely was not written.
 */
export class AppendLane {
  readonly #at: TopicPartition;
  readonly #wire: KafkaWire;
  readonly #leaders: Leaders;
  readonly #clock: HostClock;
  #waiting: { call: Call; record: WireRecord }[] = [];
  #calls = 0;
  #sending = false;
  #closed = false;

  constructor(at: TopicPartition, wire: KafkaWire, leaders: Leaders, clock: HostClock) {
    this.#at = at;
    this.#wire = wire;
    this.#leaders = leaders;
    this.#clock = clock;
  }

  /** @throws GraphError TENON1560, before anything is queued */
  refuseFull(): void {
    if (this.#calls >= WAITING_MAX) throw tooManyAppends(this.#at, WAITING_MAX);
  }

  append(records: readonly NewRecord[]): Promise<readonly number[]> {
    return new Promise((resolve, reject) => {
      const call: Call = { records: records.map(toWire), offsets: [], resolve, reject, failed: false };
      this.#calls++;
      for (const record of call.records) this.#waiting.push({ call, record });
      if (!this.#sending) void this.#sendAll();
    });
  }

  /** What is not sent yet never is. */
  close(): void {
    this.#closed = true;
    for (const { call } of this.#waiting) this.#fail(call, closed("the log"));
    this.#waiting = [];
  }

  async #sendAll(): Promise<void> {
    this.#sending = true;
    // Appends of this turn of the event loop go together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch();
      try {
        const first = await this.#send(batch.map(({ record }) => record));
        batch.forEach(({ call }, at) => {
          call.offsets.push(first + at);
        });
        for (const call of new Set(batch.map((each) => each.call))) this.#finish(call);
      } catch (error) {
        const calls = new Set(batch.map((each) => each.call));
        for (const call of calls)
          this.#fail(call, this.#closed ? closed("the log") : appendFailed(this.#at, call.records.length, error));
        this.#waiting = this.#waiting.filter(({ call }) => !calls.has(call));
      }
    }
    this.#sending = false;
  }

  #nextBatch(): { call: Call; record: WireRecord }[] {
    let bytes = 0;
    let count = 0;
    for (const { record } of this.#waiting) {
      bytes += wireBytes(record);
      if (count > 0 && bytes > BATCH_BYTES_MAX) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #send(records: readonly WireRecord[]): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#wire.produce(await this.#leaders.of(this.#at), this.#at, records);
      } catch (error) {
        const unwritten =
          isStaleMetadata(error) ||
          isKafkaError(error, "notEnoughReplicas") ||
          (error instanceof WireError && error.unsent);
        this.#leaders.forget(this.#at.topic);
        if (!unwritten || this.#closed || attempt >= ATTEMPTS_MAX) throw error;
        await backOff(this.#clock, attempt);
      }
    }
  }

  #finish(call: Call): void {
    if (call.failed || call.offsets.length < call.records.length) return;
    this.#calls--;
    call.resolve(call.offsets);
  }

  #fail(call: Call, error: Error): void {
    if (call.failed) return;
    call.failed = true;
    this.#calls--;
    call.reject(error);
  }
}
