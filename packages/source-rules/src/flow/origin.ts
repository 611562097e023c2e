/**
 * Where a value comes from, as far as the text of one file shows: from the run's inputs, from its context, or from a
 * variable of the module. A value made on the spot has no origin, and may be written to.
 */
import type { Binding } from "../syntax/scope.ts";

export type OriginRoot =
  | { readonly kind: "inputs" | "context" }
  | { readonly kind: "module"; readonly binding: Binding };

export interface Origin {
  readonly root: OriginRoot;
  /** Members passed from the root on, outermost first, cut at {@link PATH_MAX}. `"[]"` stands for an element. */
  readonly path: readonly string[];
  /**
   * `undefined`: the value itself belongs to the root. Otherwise its top level is a fresh copy: `fields` were set since
   * (to a value of another origin, or of none), every other member is `rest`.
   */
  readonly copy:
    | { readonly fields: ReadonlyMap<string, Origin | undefined>; readonly rest: Origin | undefined }
    | undefined;
}

/** Enough to name a slot and the field below it; more would only lengthen messages. */
const PATH_MAX = 4;

export const ELEMENT = "[]";

export function rootOrigin(root: OriginRoot): Origin {
  return { root, path: [], copy: undefined };
}

/** Origin of `value.name`; `name` is `undefined` where it is computed. */
export function memberOf(origin: Origin | undefined, name: string | undefined): Origin | undefined {
  if (origin === undefined) return undefined;
  if (origin.copy === undefined) return { ...origin, path: [...origin.path, name ?? ELEMENT].slice(0, PATH_MAX) };
  return name !== undefined && origin.copy.fields.has(name) ? origin.copy.fields.get(name) : origin.copy.rest;
}

/** Origin of a shallow copy, as `{ ...value }`, `[...value]` or `value.slice()` make it. */
export function copyOf(origin: Origin | undefined): Origin | undefined {
  if (origin === undefined || origin.copy !== undefined) return origin;
  return { ...origin, copy: { fields: new Map(), rest: memberOf(origin, undefined) } };
}

/** Origin of a fresh container whose members have the given origins; none when no member has one. */
export function containerOf(
  fields: ReadonlyMap<string, Origin | undefined>,
  rest: Origin | undefined,
): Origin | undefined {
  const any = rest ?? [...fields.values()].find((field) => field !== undefined);
  return any === undefined ? undefined : { root: any.root, path: any.path, copy: { fields, rest } };
}

/** Origin after `value.name = …` on a fresh copy. */
export function withField(origin: Origin, name: string, field: Origin | undefined): Origin {
  if (origin.copy === undefined) return origin;
  return { ...origin, copy: { fields: new Map([...origin.copy.fields, [name, field]]), rest: origin.copy.rest } };
}

/** One of two: the one that may not be written to, if any. */
export function eitherOf(one: Origin | undefined, other: Origin | undefined): Origin | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one.copy === undefined ? one : other;
}

/** The slot or resource a value belongs to, where the text shows it. */
export function slotNameOf(origin: Origin): { readonly kind: "slot" | "resource"; readonly name: string } | undefined {
  const { root, path } = origin;
  if (root.kind === "inputs" && path[0] !== undefined && path[0] !== ELEMENT) return { kind: "slot", name: path[0] };
  if (root.kind === "context" && path[0] === "uses" && path[1] !== undefined)
    return { kind: "resource", name: path[1] };
  return undefined;
}
