/**
 * Which rows are within their schedule, as a bitset that follows the clock: moving from one instant to another flips only the rows
 * whose start or end lies between. Requests come in the order of time, so a move is nearly always short.
 */
import type { Schedule } from "@tenon/ads-model";
import { clearBit, setBit, wordsFor } from "../bits/bitset.ts";
import { SectionReader } from "../files/section-reader.ts";
import { prefixed, type Sections } from "../files/sections.ts";

/** Before the names of the index's sections. */
const PREFIX = "schedules";

/** End of a schedule without end, in milliseconds since the epoch: columns hold no null. */
export const WITHOUT_END_MS = Number.MAX_SAFE_INTEGER;

/** `[startAtMs, endAtMs)`, as everywhere. */
export function isWithinSchedule({ startAtMs, endAtMs }: Schedule, atMs: number): boolean {
  return startAtMs <= atMs && atMs < (endAtMs ?? WITHOUT_END_MS);
}

export class ScheduleIndex {
  /** Instants at which rows start or end, ascending. */
  private readonly timesMs: Float64Array;
  /** Per instant, whose: the row if it starts, -1 - row if it ends. */
  private readonly edges: Int32Array;
  private readonly bits: Int32Array;
  /** How many edges lie at or before the instant that `bits` shows. */
  private passed = 0;

  private constructor(timesMs: Float64Array, edges: Int32Array, rows: number) {
    this.timesMs = timesMs;
    this.edges = edges;
    this.bits = new Int32Array(wordsFor(rows));
  }

  /** `schedules[r]`: that of row r; undefined for an empty row, which is never within it. */
  static of(schedules: readonly (Schedule | undefined)[]): ScheduleIndex {
    const given: number[] = [];
    const times: number[] = [];
    for (const [row, schedule] of schedules.entries()) {
      if (schedule === undefined) continue;
      given.push(row, -1 - row);
      times.push(schedule.startAtMs, schedule.endAtMs ?? WITHOUT_END_MS);
    }
    const timesMs = Float64Array.from(times).sort();
    const edges = new Int32Array(given.length);
    // Edges of one instant fill the places of that instant in any order: they belong to different rows.
    const filled = new Int32Array(given.length);
    for (const [place, edge] of given.entries()) {
      const first = firstPlaceOf(timesMs, times[place] as number);
      edges[first + (filled[first] as number)] = edge;
      filled[first] = (filled[first] as number) + 1;
    }
    return new ScheduleIndex(timesMs, edges, schedules.length);
  }

  /** The rows within their schedule. Valid until the next call; an instant that is no number is within none. */
  rowsAt(atMs: number): Int32Array {
    const { timesMs, edges } = this;
    const target = Number.isNaN(atMs) ? Number.NEGATIVE_INFINITY : atMs;
    while (this.passed < edges.length && (timesMs[this.passed] as number) <= target) {
      this.flip(edges[this.passed] as number, true);
      this.passed++;
    }
    while (this.passed > 0 && (timesMs[this.passed - 1] as number) > target) {
      this.passed--;
      this.flip(edges[this.passed] as number, false);
    }
    return this.bits;
  }

  toSections(): Sections {
    return prefixed(PREFIX, { timesMs: this.timesMs, edges: this.edges });
  }

  /** What {@link toSections} gave, of an index over `rows` rows. Throws TENON1420 and TENON1421. */
  static fromSections(sections: Sections, rows: number): ScheduleIndex {
    const reader = new SectionReader(sections, PREFIX);
    const timesMs = reader.float64("timesMs");
    return new ScheduleIndex(timesMs, reader.int32("edges", timesMs.length), rows);
  }

  /** A start switches the row on when time moves forward and off when it moves back; an end the other way round. */
  private flip(edge: number, forward: boolean): void {
    const starts = edge >= 0;
    const row = starts ? edge : -1 - edge;
    if (starts === forward) setBit(this.bits, row);
    else clearBit(this.bits, row);
  }
}

/** First place of a value that the sorted array holds. */
function firstPlaceOf(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
