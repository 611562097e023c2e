import { z } from "zod";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Targeting, the deepest thing that a column holds, has five levels. */
const LEVELS_MAX = 6;

/** Plain JSON of a bounded depth: a slot's value has a finite shape. */
export const JsonSchema = jsonOf(LEVELS_MAX) as unknown as z.ZodType<Json>;

function jsonOf(levels: number): z.ZodType {
  const scalars = [z.string(), z.number(), z.boolean(), z.null()] as const;
  if (levels === 0) return z.union(scalars);
  const inner = jsonOf(levels - 1);
  return z.union([...scalars, z.array(inner), z.record(z.string(), inner)]);
}
