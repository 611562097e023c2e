/** How the fields of a slot differ between two versions, over the entries whose values were fetched. */
import { ksStatistic, populationStability, type Sample } from "../statistics/distributions.ts";
import type { FieldRule } from "../versions/protocol.ts";
import { type Cells, cellsOf } from "./plain-cells.ts";
import { numberOf, sameCell } from "./same-cell.ts";

export type FieldType = "number" | "text" | "flag" | "mixed";

export interface FieldExample {
  readonly requestId: string;
  /** Row of the field: the id of an ad, or a place; empty for a field that is there once. */
  readonly row: string;
  readonly base: unknown;
  readonly head: unknown;
}

export interface FieldDiff {
  readonly slot: string;
  readonly path: string;
  readonly type: FieldType;
  readonly entriesCompared: number;
  readonly entriesChanged: number;
  readonly cellsCompared: number;
  readonly cellsChanged: number;
  /** Cells that only one version has: rows that came or went, or a field that is there in one version alone. */
  readonly cellsOnlyInBase: number;
  readonly cellsOnlyInHead: number;
  /** Of the entries that were compared, the share that differs between two runs of the base. */
  readonly noiseRate: number;
  readonly nullRateBase: number;
  readonly nullRateHead: number;
  /** Largest difference over cells that both have; `null` where none is a number. */
  readonly absoluteErrorMax: number | null;
  readonly relativeErrorMax: number | null;
  /** Population stability index and Kolmogorov-Smirnov distance, for numbers; share of values that came or went among the most frequent ten, for text. */
  readonly psi: number | null;
  readonly ks: number | null;
  readonly topChurn: number | null;
  readonly rule: FieldRule | null;
  /** What the rows of the examples are: ids of ads, or places in a list. */
  readonly rowsAre: "ads" | "places";
  /** At most three, the smallest reproduction first. */
  readonly examples: readonly FieldExample[];
}

export interface ValuePair {
  readonly requestId: string;
  readonly base: unknown;
  readonly head: unknown;
}

const EXAMPLES_MAX = 3;
/** Cells per field whose distribution is looked at. */
const SAMPLE_MAX = 20_000;
const TOP = 10;

class FieldTally {
  readonly #slot: string;
  readonly #path: string;
  readonly #rule: FieldRule | undefined;
  entriesChanged = 0;
  isOfAds = false;
  #compared = 0;
  #changed = 0;
  #onlyInBase = 0;
  #onlyInHead = 0;
  #entries = 0;
  #nulls = { base: 0, head: 0 };
  #cells = { base: 0, head: 0 };
  #absolute: number | null = null;
  #relative: number | null = null;
  readonly #samples = { base: [] as unknown[], head: [] as unknown[] };
  readonly #examples: (FieldExample & { readonly size: number })[] = [];
  readonly #types = new Set<FieldType>();

  constructor(slot: string, path: string, rule: FieldRule | undefined) {
    this.#slot = slot;
    this.#path = path;
    this.#rule = rule;
  }

  add(requestId: string, base: Cells | undefined, head: Cells | undefined): void {
    this.#entries++;
    let isChanged = false;
    for (const [row, cell] of base ?? []) {
      this.#see("base", cell);
      if (head?.has(row) !== true) {
        this.#onlyInBase++;
        isChanged = this.#example({ requestId, row, base: cell, head: undefined }, base, head);
        continue;
      }
      const other = head.get(row);
      this.#compared++;
      if (sameCell(cell, other, this.#rule)) continue;
      this.#changed++;
      this.#measure(cell, other);
      isChanged = this.#example({ requestId, row, base: cell, head: other }, base, head);
    }
    for (const [row, cell] of head ?? []) {
      this.#see("head", cell);
      if (base?.has(row) === true) continue;
      this.#onlyInHead++;
      isChanged = this.#example({ requestId, row, base: undefined, head: cell }, base, head);
    }
    if (isChanged) this.entriesChanged++;
  }

  diff(noiseRate: number): FieldDiff {
    const type = this.#types.size === 1 ? ([...this.#types][0] as FieldType) : "mixed";
    const numbers = { base: numbersIn(this.#samples.base), head: numbersIn(this.#samples.head) };
    const isNumeric = type === "number" && numbers.base.length > 0 && numbers.head.length > 0;
    return {
      slot: this.#slot,
      path: this.#path,
      type,
      entriesCompared: this.#entries,
      entriesChanged: this.entriesChanged,
      cellsCompared: this.#compared,
      cellsChanged: this.#changed,
      cellsOnlyInBase: this.#onlyInBase,
      cellsOnlyInHead: this.#onlyInHead,
      noiseRate,
      nullRateBase: rate(this.#nulls.base, this.#cells.base),
      nullRateHead: rate(this.#nulls.head, this.#cells.head),
      absoluteErrorMax: this.#absolute,
      relativeErrorMax: this.#relative,
      psi: isNumeric ? populationStability(numbers.base, numbers.head) : null,
      ks: isNumeric ? ksStatistic(numbers.base, numbers.head) : null,
      topChurn: type === "text" ? topChurn(this.#samples.base, this.#samples.head) : null,
      rule: this.#rule ?? null,
      rowsAre: this.isOfAds ? "ads" : "places",
      examples: this.#examples.map(({ size: _, ...example }) => example),
    };
  }

  #see(side: "base" | "head", cell: unknown): void {
    this.#cells[side]++;
    if (cell === null) this.#nulls[side]++;
    else this.#types.add(typeOf(cell));
    if (this.#samples[side].length < SAMPLE_MAX) this.#samples[side].push(cell);
  }

  #measure(base: unknown, head: unknown): void {
    const [left, right] = [numberOf(base), numberOf(head)];
    if (left === undefined || right === undefined || !Number.isFinite(left - right)) return;
    const absolute = Math.abs(left - right);
    this.#absolute = Math.max(this.#absolute ?? 0, absolute);
    this.#relative = Math.max(this.#relative ?? 0, absolute / Math.max(Math.abs(left), Math.abs(right)));
  }

  /** Smallest first: an entry with few rows is read at a glance. One per entry. */
  #example(example: FieldExample, base: Cells | undefined, head: Cells | undefined): true {
    const size = Math.max(base?.size ?? 0, head?.size ?? 0);
    if (this.#examples.some(({ requestId }) => requestId === example.requestId)) return true;
    this.#examples.push({ ...example, size });
    this.#examples.sort((one, other) => one.size - other.size);
    this.#examples.length = Math.min(this.#examples.length, EXAMPLES_MAX);
    return true;
  }
}

/** The fields of a slot that differ, the most often changed first. */
export function fieldDiffs(
  slot: string,
  pairs: readonly ValuePair[],
  rules: readonly FieldRule[] = [],
  noiseOf: (path: string) => number = () => 0,
): readonly FieldDiff[] {
  const unordered = new Set(rules.filter((rule) => rule.unordered === true).map(({ path }) => path));
  const tallies = new Map<string, FieldTally>();
  for (const { requestId, base, head } of pairs) {
    const [left, right] = [base, head].map((value) => (value === undefined ? undefined : cellsOf(value, unordered)));
    for (const path of new Set([...(left?.keys() ?? []), ...(right?.keys() ?? []), ...tallies.keys()])) {
      let tally = tallies.get(path);
      if (tally === undefined) {
        tally = new FieldTally(
          slot,
          path,
          rules.find((rule) => rule.path === path),
        );
        tallies.set(path, tally);
      }
      tally.isOfAds ||= left?.ofAds.has(path) === true || right?.ofAds.has(path) === true;
      tally.add(requestId, left?.get(path), right?.get(path));
    }
  }
  return [...tallies]
    .filter(([, tally]) => tally.entriesChanged > 0)
    .map(([path, tally]) => tally.diff(noiseOf(path)))
    .sort((one, other) => other.entriesChanged - one.entriesChanged || (one.path < other.path ? -1 : 1));
}

/** Whether two values are the same under the rules of their slot. */
export function sameUnderRules(base: unknown, head: unknown, rules: readonly FieldRule[]): boolean {
  return (
    base !== undefined && head !== undefined && fieldDiffs("", [{ requestId: "", base, head }], rules).length === 0
  );
}

function typeOf(cell: unknown): FieldType {
  if (numberOf(cell) !== undefined) return "number";
  return typeof cell === "boolean" ? "flag" : "text";
}

function numbersIn(cells: readonly unknown[]): Sample {
  return cells.flatMap((cell) => {
    const value = numberOf(cell);
    return value !== undefined && Number.isFinite(value) ? [value] : [];
  });
}

function topChurn(base: readonly unknown[], head: readonly unknown[]): number {
  const [left, right] = [topOf(base), topOf(head)];
  const all = new Set([...left, ...right]);
  const kept = [...left].filter((value) => right.has(value)).length;
  return all.size === 0 ? 0 : 1 - kept / all.size;
}

function topOf(cells: readonly unknown[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const cell of cells) counts.set(String(cell), (counts.get(String(cell)) ?? 0) + 1);
  const sorted = [...counts].sort(([one, left], [other, right]) => right - left || (one < other ? -1 : 1));
  return new Set(sorted.slice(0, TOP).map(([value]) => value));
}

function rate(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
