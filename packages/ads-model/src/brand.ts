/**
 * Branded primitives: a number or string that the type checker keeps apart from every other number or string.
 * The brand exists in types only, so a branded value costs nothing at run time and is encoded as the plain primitive.
 */
import type { z } from "zod";

declare const brandName: unique symbol;

/** A `Primitive` that carries the name `Name` in its type. Only a checked constructor makes one. */
export type Brand<Primitive extends string | number, Name extends string> = Primitive & {
  readonly [brandName]: Name;
};

/**
 * Gives a zod schema of a primitive the branded output type.
 * zod's own `.brand()` would put a zod type into every noun and so into every node's signature; this keeps nouns free of zod.
 */
export function brandedSchema<Branded extends string | number>(
  schema: z.ZodType<Branded extends string ? string : number>,
): z.ZodType<Branded, Branded extends string ? string : number> {
  return schema as unknown as z.ZodType<Branded, Branded extends string ? string : number>;
}
