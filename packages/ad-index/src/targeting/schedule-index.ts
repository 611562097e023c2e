/**
 * Which rows are within their schedule, as a bitset that follows the clock: moving from one instant to another flips only the rows
 * whose start or end lies between. Requests come in the order of time, so a move is nearly always short.
 */
import type { Schedule } from "@tenon/ads-model";
import { clearBit, setBit, wordsFor } from "../bits/bitset.ts";

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

  constructor(schedules: readonly Schedule[]) {
    const edges = new Int32Array(schedules.length * 2);
    const timesMs = new Float64Array(edges.length);
    for (const [row, { startAtMs, endAtMs }] of schedules.entries()) {
      edges[row * 2] = row;
      timesMs[row * 2] = startAtMs;
      edges[row * 2 + 1] = -1 - row;
      timesMs[row * 2 + 1] = endAtMs ?? WITHOUT_END_MS;
    }
    this.timesMs = timesMs.toSorted();
    this.edges = new Int32Array(edges.length);
    // Edges of one instant fill the places of that instant in any order: they belong to different rows.
    const filled = new Int32Array(edges.length);
    for (let place = 0; place < edges.length; place++) {
      const first = firstPlaceOf(this.timesMs, timesMs[place] as number);
      this.edges[first + (filled[first] as number)] = edges[place] as number;
      filled[first] = (filled[first] as number) + 1;
    }
    this.bits = new Int32Array(wordsFor(schedules.length));
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
