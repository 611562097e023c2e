/**
 * The rows of one tumbling window: one per key, numbers in columns. Folding an event touches a few array cells and
 * allocates nothing once the key is known.
 */
import { byText } from "../text-order.ts";
import { type Aggregate, type AggregateValue, isNumeric, type RankedValue } from "./aggregate.ts";
import { atMost, extreme, type FoldPlan, type StoredValue, valuesMaxOf, type WindowRow } from "./fold-plan.ts";

/** Rows that a window starts with room for. */
const ROWS_AT_FIRST = 16;

export class WindowTable {
  readonly sizeMs: number;
  readonly startMs: number;
  /** Whether the watermark has passed its end: every row was emitted at least once. */
  closed = false;
  readonly #plan: FoldPlan;
  readonly #rowOfKey = new Map<string, number>();
  readonly #keys: string[] = [];
  readonly #numbers: Float64Array[];
  readonly #lists: (Map<string, number>[] | undefined)[];
  #revisions = new Int32Array(ROWS_AT_FIRST).fill(-1);
  #isChanged = new Uint8Array(ROWS_AT_FIRST);
  #changed: number[] = [];

  constructor(plan: FoldPlan, sizeMs: number, startMs: number) {
    this.#plan = plan;
    this.sizeMs = sizeMs;
    this.startMs = startMs;
    this.#numbers = plan.aggregates.map(() => new Float64Array(ROWS_AT_FIRST));
    this.#lists = plan.aggregates.map((aggregate) => (isNumeric(aggregate) ? undefined : []));
  }

  get endMs(): number {
    return this.startMs + this.sizeMs;
  }

  get rows(): number {
    return this.#keys.length;
  }

  /** Puts back what was stored. */
  restore({ key, revision, values }: WindowRow): void {
    const row = this.#row(key);
    this.#revisions[row] = revision;
    this.#isChanged[row] = 0;
    this.#changed.length = 0;
    for (const [index, value] of values.entries()) {
      const lists = this.#lists[index];
      if (lists === undefined) (this.#numbers[index] as Float64Array)[row] = (value as number | null) ?? Number.NaN;
      else lists[row] = new Map(Object.entries(value as Record<string, number>));
    }
  }

  /** Folds one event that passed `check`. */
  fold(key: string, event: Readonly<Record<string, unknown>>): void {
    const row = this.#row(key);
    const { aggregates } = this.#plan;
    for (let index = 0; index < aggregates.length; index++) {
      const aggregate = aggregates[index] as Aggregate;
      const column = this.#numbers[index] as Float64Array;
      const before = column[row] as number;
      switch (aggregate.kind) {
        case "count":
          column[row] = before + 1;
          break;
        case "sum":
          column[row] = before + (event[aggregate.of] as number);
          break;
        case "min":
        case "max":
          column[row] = extreme(aggregate.kind, before, event[aggregate.of] as number);
          break;
        case "distinct":
          this.#list(index, row).set(event[aggregate.of] as string, 1);
          break;
        case "topN": {
          const sums = this.#list(index, row);
          const value = event[aggregate.of] as string;
          sums.set(value, (sums.get(value) ?? 0) + (event[aggregate.by] as number));
        }
      }
    }
    this.#touch(row);
  }

  /** Adds the row of a smaller window that lies inside this one. */
  merge(key: string, from: WindowTable): void {
    const source = from.#rowOfKey.get(key) as number;
    const row = this.#row(key);
    for (const [index, aggregate] of this.#plan.aggregates.entries()) {
      const lists = from.#lists[index];
      if (lists !== undefined) {
        const into = this.#list(index, row);
        for (const [value, amount] of lists[source] ?? []) {
          into.set(value, aggregate.kind === "distinct" ? 1 : (into.get(value) ?? 0) + amount);
        }
        if (into.size > valuesMaxOf(aggregate)) this.#plan.refuse(this.#name(index), atMost(aggregate), into.size);
        continue;
      }
      const column = this.#numbers[index] as Float64Array;
      const value = (from.#numbers[index] as Float64Array)[source] as number;
      const merged =
        aggregate.kind === "min" || aggregate.kind === "max"
          ? extreme(aggregate.kind, column[row] as number, value)
          : (column[row] as number) + value;
      if (!Number.isNaN(merged) && !Number.isSafeInteger(merged)) {
        this.#plan.refuse(this.#name(index), "a sum within 2^53 - 1", merged);
      }
      column[row] = merged;
    }
    this.#touch(row);
  }

  has(key: string): boolean {
    return this.#rowOfKey.has(key);
  }

  /** Keys in their order as text: the order in which results are emitted. */
  sortedKeys(): readonly string[] {
    return this.#keys.toSorted(byText);
  }

  /** Counts an emission of the row and returns its number, from 0. */
  nextRevision(key: string): number {
    const row = this.#rowOfKey.get(key) as number;
    this.#touch(row);
    const revision = (this.#revisions[row] as number) + 1;
    this.#revisions[row] = revision;
    return revision;
  }

  /** The aggregates of a key by name, as results show them. */
  valuesOf(key: string): Readonly<Record<string, AggregateValue>> {
    const row = this.#rowOfKey.get(key) as number;
    const values: Record<string, AggregateValue> = {};
    for (const [index, name] of this.#plan.names.entries()) values[name] = this.#shown(index, row);
    return values;
  }

  /** The rows changed since the last call, in key order. */
  takeChanged(): readonly WindowRow[] {
    const changed = this.#changed.map((row) => this.#stored(row));
    for (const row of this.#changed) this.#isChanged[row] = 0;
    this.#changed = [];
    return changed.sort((one, other) => byText(one.key, other.key));
  }

  #stored(row: number): WindowRow {
    const values = this.#plan.aggregates.map((_, index): StoredValue => {
      const lists = this.#lists[index];
      if (lists !== undefined) return Object.fromEntries([...(lists[row] ?? [])].sort(byEntry));
      const value = (this.#numbers[index] as Float64Array)[row] as number;
      return Number.isNaN(value) ? null : value;
    });
    const { sizeMs, startMs } = this;
    return { sizeMs, startMs, key: this.#keys[row] as string, revision: this.#revisions[row] as number, values };
  }

  #shown(index: number, row: number): AggregateValue {
    const aggregate = this.#plan.aggregates[index] as Aggregate;
    const list = this.#lists[index]?.[row];
    if (aggregate.kind === "distinct") return [...(list ?? new Map()).keys()].sort(byText);
    if (aggregate.kind === "topN") {
      const ranked = [...(list ?? new Map<string, number>())].map(
        ([value, total]): RankedValue => ({ value, sum: total }),
      );
      return ranked.sort((one, other) => other.sum - one.sum || byText(one.value, other.value)).slice(0, aggregate.n);
    }
    const value = (this.#numbers[index] as Float64Array)[row] as number;
    return Number.isNaN(value) ? null : value;
  }

  /** @throws GraphError TENON1807 for a value that an aggregate of the key's row cannot hold */
  check(key: string, event: Readonly<Record<string, unknown>>): void {
    const known = this.#rowOfKey.get(key);
    const { aggregates } = this.#plan;
    for (let index = 0; index < aggregates.length; index++) {
      const aggregate = aggregates[index] as Aggregate;
      if (aggregate.kind === "count") continue;
      const value = event[aggregate.of];
      if (aggregate.kind === "distinct" || aggregate.kind === "topN") {
        if (typeof value !== "string") this.#plan.refuse(this.#name(index), "a text", value);
        const list = known === undefined ? undefined : this.#lists[index]?.[known];
        if (list !== undefined && list.size >= aggregate.valuesMax && !list.has(value as string)) {
          this.#plan.refuse(this.#name(index), atMost(aggregate), list.size + 1);
        }
        if (aggregate.kind === "topN" && !Number.isSafeInteger(event[aggregate.by])) {
          this.#plan.refuse(this.#name(index), "a whole number", event[aggregate.by]);
        }
        continue;
      }
      const before = known === undefined ? 0 : ((this.#numbers[index] as Float64Array)[known] as number);
      if (!Number.isSafeInteger(value)) this.#plan.refuse(this.#name(index), "a whole number", value);
      if (aggregate.kind === "sum" && !Number.isSafeInteger(before + (value as number))) {
        this.#plan.refuse(this.#name(index), "a sum within 2^53 - 1", before + (value as number));
      }
    }
  }

  #row(key: string): number {
    const known = this.#rowOfKey.get(key);
    if (known !== undefined) return known;
    const row = this.#keys.length;
    if (row === this.#revisions.length) this.#grow();
    this.#rowOfKey.set(key, row);
    this.#keys.push(key);
    for (const [index, aggregate] of this.#plan.aggregates.entries()) {
      if (aggregate.kind === "min" || aggregate.kind === "max")
        (this.#numbers[index] as Float64Array)[row] = Number.NaN;
    }
    return row;
  }

  #grow(): void {
    const size = this.#revisions.length * 2;
    for (const [index, column] of this.#numbers.entries()) {
      const larger = new Float64Array(size);
      larger.set(column);
      this.#numbers[index] = larger;
    }
    const revisions = new Int32Array(size).fill(-1);
    revisions.set(this.#revisions);
    this.#revisions = revisions;
    const isChanged = new Uint8Array(size);
    isChanged.set(this.#isChanged);
    this.#isChanged = isChanged;
  }

  #list(index: number, row: number): Map<string, number> {
    const lists = this.#lists[index] as Map<string, number>[];
    lists[row] ??= new Map();
    return lists[row];
  }

  #touch(row: number): void {
    if (this.#isChanged[row] === 1) return;
    this.#isChanged[row] = 1;
    this.#changed.push(row);
  }

  #name(index: number): string {
    return this.#plan.names[index] as string;
  }
}

function byEntry([one]: readonly [string, number], [other]: readonly [string, number]): number {
  return byText(one, other);
}
