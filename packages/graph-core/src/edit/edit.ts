/**
 * Edits of record-like state (campaign documents, configuration, what-if edits) as a new value: immer's produce with a
 * synchronous recipe. Not for candidate sets: an edit of 500 candidates costs fifty times a new column.
 */
import { type Draft, enablePatches, freeze, Immer, isDraftable } from "immer";
import { GraphError } from "../contract/error.ts";
import { describeValue } from "../schema/plain.ts";

enablePatches();

/** Our own instance, so that no other module can switch freezing off for us. */
const immer = new Immer({ autoFreeze: true });

/**
 * Changes the draft in place and returns nothing. `undefined | void` instead of `void`: TypeScript lets an async
 * function pass where `void` alone is wanted.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: see above
export type Recipe<Value> = (draft: Draft<Value>) => undefined | void;

/** One change: `path` leads to the place; `value` is absent for a removal. */
export interface EditPatch {
  readonly op: "replace" | "remove" | "add";
  readonly path: readonly (string | number)[];
  readonly value?: unknown;
}

export interface EditResult<Value> {
  readonly value: Value;
  /** What the recipe did, and what undoes it. */
  readonly patches: readonly EditPatch[];
  readonly inverse: readonly EditPatch[];
}

/**
 * A changed copy of `value`, deep-frozen, sharing what did not change; `value` itself when nothing did.
 *
 * `value` is a plain record or array of the closed value universe. Throws TENON1153 for a column, batch, snapshot or
 * anything else that is not record-like, and TENON1162 for a recipe that is async or returns a value.
 *
 * @example
 * const paused = edit(campaign, (draft) => {
 *   draft.status = "paused";
 * });
 */
export function edit<Value extends object>(value: Value, recipe: Recipe<Value>): Value {
  requireEditable(value);
  return freeze(immer.produce(value, synchronous(recipe)), true);
}

/** Like {@link edit}, with the changes and their inverse as data. Errors as there. */
export function editWithPatches<Value extends object>(value: Value, recipe: Recipe<Value>): EditResult<Value> {
  requireEditable(value);
  const [changed, patches, inverse] = immer.produceWithPatches(value, synchronous(recipe));
  return freeze({ value: freeze(changed, true), patches, inverse } as EditResult<Value>, true);
}

function requireEditable(value: unknown): void {
  if (isDraftable(value)) return;
  throw new GraphError(`edit() cannot change ${describeValue(value)}`, {
    code: "TENON1153",
    category: "node",
    detail: `expected a plain record or array, found ${describeValue(value)}`,
    hint: "candidates change by new columns (batch.with) and selections (batch.select), features in a new snapshot",
  });
}

/** The recipe, refusing what immer would take: a promise would outlive the draft, a result would replace the value. */
function synchronous<Value>(recipe: Recipe<Value>): (draft: Draft<Value>) => void {
  return (draft) => {
    const result: unknown = recipe(draft);
    if (result === undefined) return;
    const then = (result as { readonly then?: unknown } | null)?.then;
    // A late failure of the async recipe is this same mistake: it was reported already.
    if (typeof then === "function") then.call(result, undefined, () => {});
    throw new GraphError(typeof then === "function" ? "an edit recipe is async" : "an edit recipe returned a value", {
      code: "TENON1162",
      category: "node",
      detail: `expected a function that changes the draft and returns nothing, found ${describeValue(result)}`,
      hint: "read what the edit needs first, then edit synchronously; write `draft => { draft.x = 1; }` with braces",
    });
  };
}
