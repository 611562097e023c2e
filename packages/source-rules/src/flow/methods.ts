/** What the built-in methods do with the value they are called on. */

/** Change their receiver. */
const MUTATING = new Set([
  ...["sort", "reverse", "splice", "push", "pop", "shift", "unshift", "fill", "copyWithin"],
  ...["add", "delete", "clear", "next"],
]);

/** Also `Map.set`, `TypedArray.set`, `DataView.setInt8…`, `Date.setHours…`. */
export function isMutating(method: string): boolean {
  return MUTATING.has(method) || /^set(?:[A-Z]|$)/.test(method);
}

/** Names that plain functions of an imported module also carry (`money.add(a, b)`): no proof of a write there. */
export const ALSO_PURE = new Set(["add", "fill", "next", "sort", "reverse"]);

/** Return a fresh list with the same elements. */
export const COPYING = new Set([
  ...["slice", "toSorted", "toReversed", "toSpliced", "with", "concat", "flat", "filter"],
  ...["values", "keys", "entries", "take", "drop", "toArray"],
]);

/** Return one element, or a view of the same memory. */
export const ELEMENT_METHODS = new Set(["at", "get", "find", "findLast", "pop", "shift"]);
export const VIEW_METHODS = new Set(["subarray", "column", "valueOf", ...["sort", "reverse", "fill", "copyWithin"]]);

/** Call their first argument with elements; the number says how many leading parameters are elements. */
export const CALLBACK_ELEMENTS: ReadonlyMap<string, number> = new Map([
  ...["forEach", "map", "flatMap", "filter", "some", "every"].map((name) => [name, 1] as const),
  ...["find", "findIndex", "findLast", "findLastIndex"].map((name) => [name, 1] as const),
  ["sort", 2],
  ["toSorted", 2],
]);

/** `Object.…`, `Reflect.…` and `Atomics.…` functions that change their first argument. */
export const WRITES_FIRST_ARGUMENT = new Set([
  ...["Object.assign", "Object.defineProperty", "Object.defineProperties", "Object.setPrototypeOf"],
  ...["Reflect.set", "Reflect.defineProperty", "Reflect.deleteProperty", "Reflect.setPrototypeOf"],
  ...["Atomics.store", "Atomics.add", "Atomics.sub", "Atomics.and", "Atomics.or", "Atomics.xor", "Atomics.exchange"],
]);

/** Functions that return a fresh list of their argument's members. */
export const COPIES_FIRST_ARGUMENT = new Set(["Array.from", "Object.values", "Object.entries", "Object.fromEntries"]);

/** Functions that return fresh lists of their argument's members, by key. */
export const GROUPS_FIRST_ARGUMENT = new Set(["Object.groupBy", "Map.groupBy"]);

/** Functions that hand their argument back. */
export const RETURNS_FIRST_ARGUMENT = new Set(["Object.freeze", "Object.seal", "Object.preventExtensions"]);
