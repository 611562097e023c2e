/** What a task's windows fold, and how a row of theirs is stored. */
import { streamError } from "../task/stream-error.ts";
import { type Aggregate, type Aggregates, isNumeric } from "./aggregate.ts";

/** A stored row of a window. `values` follow the order of the task's aggregates. */
export interface WindowRow {
  readonly sizeMs: number;
  readonly startMs: number;
  readonly key: string;
  /** -1 until the window's result was emitted, then the number of the last emission. */
  readonly revision: number;
  readonly values: readonly StoredValue[];
}

/** A number, `null`, or the sums (or ones) per distinct text value. */
export type StoredValue = number | null | Readonly<Record<string, number>>;

/** A task's aggregates in a fixed order, split by how they are stored. */
export class FoldPlan {
  readonly names: readonly string[];
  readonly aggregates: readonly Aggregate[];
  readonly #task: string;

  constructor(task: string, aggregates: Aggregates) {
    this.#task = task;
    this.names = Object.keys(aggregates);
    this.aggregates = Object.values(aggregates);
  }

  refuse(name: string, expected: string, found: unknown): never {
    throw streamError("wrongFold", `task "${this.#task}" cannot fold into "${name}"`, {
      detail: `expected ${expected}, found ${String(found)}`,
      hint: "check the value in a node before it is folded, and give the window what it can hold",
    });
  }
}

/** Of a number and of none, `NaN`, the number. */
export function extreme(kind: "min" | "max", before: number, value: number): number {
  if (Number.isNaN(before)) return value;
  if (Number.isNaN(value)) return before;
  return kind === "min" ? Math.min(before, value) : Math.max(before, value);
}

export function valuesMaxOf(aggregate: Aggregate): number {
  return isNumeric(aggregate) ? 0 : aggregate.valuesMax;
}

export function atMost(aggregate: Aggregate): string {
  return `at most ${valuesMaxOf(aggregate)} distinct values`;
}
