/**
 * What a slot's schema says, read once from zod: the one form that the checker, the freezer and the codec are made from.
 *
 * S1 A value fits a shape exactly when zod, reading every object as strict, accepts it *and gives it back unchanged*;
 *    in a union, when one of the options does.
 *    So unknown keys, class instances, and values that `coerce`, `default` or `trim` would change do not fit: a slot's
 *    value is already complete. Not looked for, because looking costs more than all the rest: symbol keys of objects,
 *    named extras on arrays, and getters.
 * S2 Every shape is finite: recursive schemas are outside the universe.
 */
import type { ValueKind } from "../values/schema-kinds.ts";

/** One further condition on a value whose type is already right. */
export interface ValueCheck {
  readonly test: (value: never) => boolean;
  /** What is expected, to follow "expected": `"a number ≥ 3"`. */
  readonly expected: string;
  /** For the fingerprint; conditions that are code have the same text whatever they do. */
  readonly description: string;
  /** A JavaScript condition on the variable named, where that is simple; otherwise `test` is called. */
  readonly code?: ((variable: string) => string) | undefined;
  /** A condition that only values meet which meet the test: most values need not be asked about. */
  readonly enough?: ((variable: string) => string) | undefined;
}

interface Checked {
  readonly checks: readonly ValueCheck[];
}

export type Literal = string | number | bigint | boolean | null;

export interface ScalarShape extends Checked {
  readonly kind: "null" | "boolean" | "string" | "number" | "bigint";
}

export interface LiteralShape extends Checked {
  readonly kind: "literal";
  /** Distinct by `Object.is`: zod takes -0 for a literal 0, so both are listed. */
  readonly values: readonly Literal[];
}

export interface Field {
  readonly name: string;
  readonly shape: Shape;
  /** May be left out of the object. */
  readonly optional: boolean;
}

export interface ObjectShape extends Checked {
  readonly kind: "object";
  /** In declared order. */
  readonly fields: readonly Field[];
}

export interface ArrayShape extends Checked {
  readonly kind: "array";
  readonly element: Shape;
}

export interface TupleShape extends Checked {
  readonly kind: "tuple";
  readonly items: readonly Shape[];
  /** Items after this many may be left out at the end. */
  readonly lengthMin: number;
  readonly rest: Shape | undefined;
}

export interface RecordShape extends Checked {
  readonly kind: "record";
  readonly key: Shape;
  readonly value: Shape;
}

export interface NullableShape extends Checked {
  readonly kind: "nullable";
  readonly inner: Shape;
}

/** `undefined` fits, unless `exact`: then the field may be left out, but not set to `undefined`. */
export interface OptionalShape extends Checked {
  readonly kind: "optional";
  readonly inner: Shape;
  readonly exact: boolean;
}

export interface UnionShape extends Checked {
  readonly kind: "union";
  readonly options: readonly Shape[];
  /** Field whose literal value picks the option, where there is one. */
  readonly discriminator: string | undefined;
}

/** A column, batch, snapshot or scores: guards itself, so it is neither frozen nor walked. */
export interface GuardedShape extends Checked {
  readonly kind: "guarded";
  readonly value: ValueKind;
  readonly fits: (value: unknown) => boolean;
}

export type Shape =
  | ScalarShape
  | LiteralShape
  | ObjectShape
  | ArrayShape
  | TupleShape
  | RecordShape
  | NullableShape
  | OptionalShape
  | UnionShape
  | GuardedShape;

/** Whether a field of this shape may be left out. */
export function mayBeAbsent(shape: Shape): boolean {
  switch (shape.kind) {
    case "optional":
      return true;
    case "nullable":
      return mayBeAbsent(shape.inner);
    case "union":
      return shape.options.some(mayBeAbsent);
    default:
      return false;
  }
}

/** The shapes directly inside a shape. */
export function innerShapes(shape: Shape): readonly Shape[] {
  switch (shape.kind) {
    case "object":
      return shape.fields.map((field) => field.shape);
    case "array":
      return [shape.element];
    case "tuple":
      return shape.rest === undefined ? shape.items : [...shape.items, shape.rest];
    case "record":
      return [shape.value];
    case "nullable":
    case "optional":
      return [shape.inner];
    case "union":
      return shape.options;
    default:
      return [];
  }
}

/** Whether values of this shape hold records or arrays, which can be frozen. */
export function holdsFreezable(shape: Shape): boolean {
  return isContainer(shape) || innerShapes(shape).some(holdsFreezable);
}

/** Whether values of this shape hold columns, batches, snapshots or scores, which freezing cannot protect. */
export function holdsGuarded(shape: Shape): boolean {
  return shape.kind === "guarded" || innerShapes(shape).some(holdsGuarded);
}

export function isContainer(shape: Shape): boolean {
  return shape.kind === "object" || shape.kind === "array" || shape.kind === "tuple" || shape.kind === "record";
}

/** The literals that pick an option of a discriminated union. */
export function tagValues(option: Shape, discriminator: string): readonly Literal[] {
  if (option.kind !== "object") return [];
  const tag = option.fields.find((field) => field.name === discriminator)?.shape;
  return tag?.kind === "literal" ? tag.values : [];
}
