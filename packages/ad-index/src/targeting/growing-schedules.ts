/**
 * Which rows of ads that come one by one are within their schedule. The answer for an instant holds until the next start or end
 * of any row, so that requests of one moment look at new rows only.
 */
import type { Schedule } from "@tenon/ads-model";
import { setBit, wordsFor } from "../bits/bitset.ts";
import { withRoom } from "../bits/growing.ts";
import { WITHOUT_END_MS } from "./schedule-index.ts";

export class GrowingSchedules {
  private startsMs = new Float64Array(0);
  private endsMs = new Float64Array(0);
  private size = 0;
  private bits = new Int32Array(0);
  /** Rows that `bits` knows, and the instants for which it holds: from the first to before the second. */
  private known = 0;
  private atMs = Number.NaN;
  private fromMs = Number.NaN;
  private untilMs = Number.NaN;

  /** The schedule of the next row. */
  add(row: number, { startAtMs, endAtMs }: Schedule): void {
    this.startsMs = withRoom(this.startsMs, row + 1);
    this.endsMs = withRoom(this.endsMs, row + 1);
    this.startsMs[row] = startAtMs;
    this.endsMs[row] = endAtMs ?? WITHOUT_END_MS;
    this.size = row + 1;
  }

  /** The rows within their schedule. Valid until the next call; an instant that is no number is within none. */
  rowsAt(atMs: number): Int32Array {
    // Asked this way round, so that an instant that is no number is never known.
    if (!(this.fromMs <= atMs && atMs < this.untilMs)) this.begin(atMs);
    for (; this.known < this.size; this.known++) this.look(this.known);
    return this.bits;
  }

  private begin(atMs: number): void {
    this.bits.fill(0);
    this.known = 0;
    this.atMs = atMs;
    this.fromMs = Number.NEGATIVE_INFINITY;
    this.untilMs = Number.POSITIVE_INFINITY;
  }

  private look(row: number): void {
    this.bits = withRoom(this.bits, wordsFor(row + 1));
    const [start, end] = [this.startsMs[row] as number, this.endsMs[row] as number];
    if (start <= this.atMs && this.atMs < end) setBit(this.bits, row);
    this.note(start);
    this.note(end);
  }

  private note(edgeMs: number): void {
    if (edgeMs <= this.atMs) this.fromMs = Math.max(this.fromMs, edgeMs);
    else this.untilMs = Math.min(this.untilMs, edgeMs);
  }
}
