import { isPersonal } from "@tenon/ads-model";
import type { AnySlot } from "@tenon/graph-core";
import type { z } from "zod";

export const REDACTED = "[personal]";

type Shape = Readonly<Record<string, z.core.$ZodType>>;

/**
 * A slot's value without what its schema marks as personal. In a slot tagged `pii`, a field that the schema does not
 * describe is taken for personal too.
 */
export function redacted(slot: AnySlot, value: unknown): unknown {
  return redact(slot.schema as z.core.$ZodType, value, slot.tags.pii === true);
}

function redact(schema: z.core.$ZodType, value: unknown, strict: boolean): unknown {
  if (isPersonal(schema)) return REDACTED;
  const def = schema._zod.def as {
    readonly innerType?: z.core.$ZodType;
    readonly element?: z.core.$ZodType;
    readonly shape?: Shape;
  };
  if (def.innerType !== undefined) return redact(def.innerType, value, strict);
  if (Array.isArray(value))
    return value.map((each) => (def.element === undefined ? hide(each, strict) : redact(def.element, each, strict)));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => {
      const fieldSchema = def.shape?.[name];
      return [name, fieldSchema === undefined ? hide(field, strict) : redact(fieldSchema, field, strict)];
    }),
  );
}

function hide(value: unknown, strict: boolean): unknown {
  return strict ? REDACTED : value;
}
