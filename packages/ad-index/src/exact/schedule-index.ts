/**
 * Which rows are within their schedule, as a bitset that follows the clock: moving from one instant to another flips only the rows
 * whose start or end lies between. Requests come in the order of time, so a move is nearly always short.
 */
import type { Schedule } from "@tenon/ads-model";
import { clearBit, setBit, wordsFor } from "./bitset.ts";

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
    const order = Uint32Array.from(timesMs, (_, place) => place).sort(
      (left, right) => (timesMs[left] as number) - (timesMs[right] as number) || left - right,
    );
    this.timesMs = Float64Array.from(order, (place) => timesMs[place] as number);
    this.edges = Int32Array.from(order, (place) => edges[place] as number);
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
