/**
 * The open windows of one partition of a task. What it emits is a function of the records in their order alone.
 *
 * W1 The watermark is the largest event time seen, less `outOfOrderMs`. It only rises.
 * W2 A window `[start, end)` closes when the watermark reaches `end`: every row is emitted as revision 0, keys in order, and
 *    merged into the next larger window.
 * W3 An event of a closed window counts while the watermark is below `end + graceMs`: its row is emitted again, one
 *    revision further, and the event is folded into the next larger window as well.
 * W4 A later event is late: it goes to the late topic and into no window.
 */

import { FoldPlan, type WindowRow } from "./fold-plan.ts";
import type { TumblingWindow } from "./tumbling.ts";
import { WindowTable } from "./window-table.ts";

/** One emission of a window's row. */
export interface Emission {
  readonly key: string;
  readonly sizeMs: number;
  readonly startMs: number;
  readonly revision: number;
  readonly table: WindowTable;
}

export type FoldOutcome = "folded" | "late";

export class Windows {
  readonly #window: TumblingWindow;
  readonly #plan: FoldPlan;
  /** Per level, smallest first: start → window. */
  readonly #levels: readonly Map<number, WindowTable>[];
  readonly #emit: (emission: Emission) => void;
  #watermarkMs: number;
  /** Most events reach one window: no list is made for them. */
  readonly #one: WindowTable[] = [];
  /** No open window ends before this: most records pass with one comparison. */
  #nextDueMs = Number.POSITIVE_INFINITY;

  constructor(task: string, window: TumblingWindow, watermarkMs: number, emit: (emission: Emission) => void) {
    this.#window = window;
    this.#plan = new FoldPlan(task, window.aggregates);
    this.#levels = window.sizesMs.map(() => new Map());
    this.#watermarkMs = watermarkMs;
    this.#emit = emit;
  }

  get watermarkMs(): number {
    return this.#watermarkMs;
  }

  /** Windows held in memory. */
  get open(): number {
    return this.#levels.reduce((total, level) => total + level.size, 0);
  }

  /** Puts back stored rows of windows that end after the watermark less the grace. */
  restore(rows: Iterable<WindowRow>): void {
    for (const row of rows) {
      const level = this.#window.sizesMs.indexOf(row.sizeMs);
      if (level >= 0) this.#behind(level, row.startMs).restore(row);
    }
  }

  /** Tells the time of an event before it is folded, or of an idle partition. Closes what is due. */
  advance(eventTimeMs: number): void {
    const watermark = eventTimeMs - this.#window.outOfOrderMs;
    if (watermark <= this.#watermarkMs) return;
    this.#watermarkMs = watermark;
    if (watermark >= this.#nextDueMs) this.#close();
  }

  fold(key: string, eventTimeMs: number, event: Readonly<Record<string, unknown>>): FoldOutcome {
    const { sizesMs, graceMs } = this.#window;
    const smallest = sizesMs[0] as number;
    const startMs = Math.floor(eventTimeMs / smallest) * smallest;
    if (startMs + smallest + graceMs <= this.#watermarkMs) return "late";
    const tables = this.#reached(eventTimeMs);
    // All or none: what one level refuses may not be in another.
    for (const table of tables) table.check(key, event);
    for (const table of tables) {
      table.fold(key, event);
      if (table.closed) this.#emitRow(table, key);
    }
    return "folded";
  }

  /** The closed windows around a time, and the first open one: it hands its rows on when it closes. */
  #reached(eventTimeMs: number): readonly WindowTable[] {
    const { sizesMs } = this.#window;
    const first = this.#behind(0, Math.floor(eventTimeMs / (sizesMs[0] as number)) * (sizesMs[0] as number));
    if (!first.closed) {
      this.#one[0] = first;
      return this.#one;
    }
    const tables = [first];
    for (let level = 1; level < sizesMs.length && tables.at(-1)?.closed === true; level++) {
      const sizeMs = sizesMs[level] as number;
      tables.push(this.#behind(level, Math.floor(eventTimeMs / sizeMs) * sizeMs));
    }
    return tables;
  }

  /** Rows changed since the last call: smallest windows first, then by start, then by key. */
  takeChanged(): readonly WindowRow[] {
    return this.#levels.flatMap((level) => inOrder(level).flatMap((table) => table.takeChanged()));
  }

  /** Lets go of windows that no event can reach any more. Call it once their rows are stored. */
  forget(): void {
    for (const level of this.#levels) {
      for (const [startMs, table] of level) {
        if (table.closed && table.endMs + this.#window.graceMs <= this.#watermarkMs) level.delete(startMs);
      }
    }
  }

  #close(): void {
    let nextDueMs = Number.POSITIVE_INFINITY;
    // Smallest first: what they hand on is there when the larger ones close.
    for (const [level, tables] of this.#levels.entries()) {
      for (const table of inOrder(tables)) {
        if (table.closed) continue;
        if (table.endMs > this.#watermarkMs) nextDueMs = Math.min(nextDueMs, table.endMs);
        else this.#closeTable(level, table);
      }
    }
    this.#nextDueMs = nextDueMs;
  }

  #closeTable(level: number, table: WindowTable): void {
    table.closed = true;
    const larger = this.#window.sizesMs[level + 1];
    for (const key of table.sortedKeys()) {
      this.#emitRow(table, key);
      if (larger !== undefined) this.#table(level + 1, Math.floor(table.startMs / larger) * larger).merge(key, table);
    }
  }

  #emitRow(table: WindowTable, key: string): void {
    const revision = table.nextRevision(key);
    this.#emit({ key, sizeMs: table.sizeMs, startMs: table.startMs, revision, table });
  }

  /** A window that comes to be behind the watermark is closed from the start: its rows are emitted one by one. */
  #behind(level: number, startMs: number): WindowTable {
    const known = this.#levels[level]?.get(startMs);
    if (known !== undefined) return known;
    const table = this.#table(level, startMs);
    table.closed = table.endMs <= this.#watermarkMs;
    return table;
  }

  #table(level: number, startMs: number): WindowTable {
    const tables = this.#levels[level] as Map<number, WindowTable>;
    const known = tables.get(startMs);
    if (known !== undefined) return known;
    const table = new WindowTable(this.#plan, this.#window.sizesMs[level] as number, startMs);
    if (table.endMs > this.#watermarkMs) this.#nextDueMs = Math.min(this.#nextDueMs, table.endMs);
    tables.set(startMs, table);
    return table;
  }
}

function inOrder(tables: ReadonlyMap<number, WindowTable>): readonly WindowTable[] {
  return tables.size < 2
    ? [...tables.values()]
    : [...tables.values()].sort((one, other) => one.startMs - other.startMs);
}
