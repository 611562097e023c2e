import { z } from "zod";

/** What is known about a schema besides its shape. Tools read it with `isPersonal`; validation ignores it. */
const personalFields = z.registry<{ personal: true }>();

/**
 * Marks a field as personal data: recorders, the studio and logs must redact it before it leaves the process.
 * Wraps the field's own schema, so sharing a schema between a personal and an ordinary field is safe.
 */
export function personal<Schema extends z.ZodType>(schema: Schema): Schema {
  const own = schema.clone();
  personalFields.add(own, { personal: true });
  return own;
}

/** Whether `personal` made this schema, also below optional and nullable wrappers. */
export function isPersonal(schema: z.core.$ZodType): boolean {
  if (personalFields.has(schema)) return true;
  const inner = (schema._zod.def as { innerType?: z.core.$ZodType }).innerType;
  return inner !== undefined && isPersonal(inner);
}
