import type { HostClock } from "@tenon/graph-core";
import type { LogRecord, NewRecord, TopicPartition } from "../api/event-log.ts";
import { recordBytes } from "../api/record-size.ts";
import { beyondEnd, trimmed } from "../errors.ts";
import { Bell } from "../group/bell.ts";
import type { ReadBounds } from "../group/direct-feed.ts";
import type { SimulatedFaults } from "./faults.ts";
import type { SeededRandom } from "./seeded-random.ts";

interface Stored {
  readonly record: LogRecord;
  /** From then on it is durable: read by everybody, kept by a crash. */
  readonly durableAtMs: number;
}

/** One partition: a list that only grows at its end, whose last part may not be durable yet. */
export class SimulatedPartition {
  readonly at: TopicPartition;
  readonly bell: Bell;
  readonly #clock: HostClock;
  readonly #random: SeededRandom;
  readonly #faults: () => SimulatedFaults;
  #stored: Stored[] = [];
  #earliest = 0;
  #end = 0;

  constructor(at: TopicPartition, clock: HostClock, random: SeededRandom, faults: () => SimulatedFaults) {
    this.at = at;
    this.bell = new Bell(clock);
    this.#clock = clock;
    this.#random = random;
    this.#faults = faults;
  }

  /** Puts records at the end. @returns their offsets and when the last of them is durable */
  append(records: readonly NewRecord[]): { readonly offsets: readonly number[]; readonly durableAtMs: number } {
    const nowMs = this.#clock.nowMs();
    const delayMs = this.#random.upTo(this.#faults().appendDelayMsMax);
    // Never before an earlier record (L3).
    const durableAtMs = Math.max(nowMs + delayMs, this.#stored.at(-1)?.durableAtMs ?? 0);
    const offsets = records.map((record) => {
      if (this.#random.chance(this.#faults().gap)) this.#end++;
      const offset = this.#end++;
      const copy = {
        ...record,
        headers: { ...record.headers },
        value: Uint8Array.from(record.value),
        offset,
        appendedAtMs: nowMs,
      };
      this.#stored.push({ record: copy, durableAtMs });
      return offset;
    });
    if (durableAtMs <= nowMs) this.bell.ring();
    else this.#clock.after(durableAtMs - nowMs, () => this.bell.ring());
    return { offsets, durableAtMs };
  }

  get earliest(): number {
    return this.#earliest;
  }

  /** Past everything durable. */
  get end(): number {
    const last = this.#stored.findLast(({ durableAtMs }) => durableAtMs <= this.#clock.nowMs());
    return last === undefined ? this.#earliest : last.record.offset + 1;
  }

  get newestTimeMs(): number | undefined {
    return this.#stored.findLast(({ durableAtMs }) => durableAtMs <= this.#clock.nowMs())?.record.timeMs;
  }

  read(offset: number, { recordsMax, bytesMax }: ReadBounds): readonly LogRecord[] {
    if (offset < this.#earliest) throw trimmed(this.at, offset, this.#earliest);
    if (offset > this.end) throw beyondEnd(this.at, offset, this.end);
    const nowMs = this.#clock.nowMs();
    const most = this.#random.chance(this.#faults().shortPull) ? 1 + this.#random.upTo(recordsMax - 1) : recordsMax;
    const records: LogRecord[] = [];
    let bytes = 0;
    for (let place = this.#placeOf(offset); place < this.#stored.length && records.length < most; place++) {
      const { record, durableAtMs } = this.#stored[place] as Stored;
      bytes += recordBytes(record);
      if (durableAtMs > nowMs || (records.length > 0 && bytes > bytesMax)) break;
      // Readers get their own bytes: what one does to them is no other's business.
      records.push({ ...record, value: Uint8Array.from(record.value) });
    }
    return records;
  }

  trim(beforeOffset: number): void {
    const offset = Math.min(beforeOffset, this.end);
    if (offset <= this.#earliest) return;
    this.#stored = this.#stored.slice(this.#placeOf(offset));
    this.#earliest = offset;
  }

  /** Of what was not durable, a first part stays, as after a crash that hit the disk while it wrote. */
  crash(): void {
    const nowMs = this.#clock.nowMs();
    const durable = this.#stored.filter(({ durableAtMs }) => durableAtMs <= nowMs).length;
    const kept = durable + this.#random.upTo(this.#stored.length - durable);
    this.#stored = this.#stored
      .slice(0, kept)
      .map((stored, place) => (place < durable ? stored : { ...stored, durableAtMs: nowMs }));
    this.#end = (this.#stored.at(-1)?.record.offset ?? this.#end - 1) + 1;
    this.bell.ring();
  }

  /** Place of the first record at or past an offset. */
  #placeOf(offset: number): number {
    let low = 0;
    let high = this.#stored.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#stored[middle] as Stored).record.offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
