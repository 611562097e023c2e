import { ServableDocumentSchema } from "@tenon/ads-model";
import type { z } from "zod";

/** Paths to everything that is no object, read off the schema. */
function leavesOf(schema: z.ZodType, path: string): readonly string[] {
  const { type, innerType, shape } = schema._zod.def as unknown as {
    readonly type: string;
    readonly innerType?: z.ZodType;
    readonly shape?: Readonly<Record<string, z.ZodType>>;
  };
  if (type === "nullable") return leavesOf(innerType as z.ZodType, path);
  if (type !== "object") return [path];
  return Object.entries(shape ?? {}).flatMap(([name, member]) =>
    leavesOf(member, path === "" ? name : `${path}.${name}`),
  );
}

/** Every leaf of a servable document, read off its schema. */
export const SERVABLE_LEAVES: readonly string[] = leavesOf(ServableDocumentSchema, "");
