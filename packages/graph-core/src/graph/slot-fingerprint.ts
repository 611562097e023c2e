import type { AnySlot } from "../contract/slot.ts";
import { compiledSlot, schemaProblems } from "../schema/index.ts";

/** Hex digest of a slot's name, schema and unit; `null` where the schema is outside the closed value universe. */
export function fingerprintOf(slot: AnySlot): string | null {
  return schemaProblems(slot.schema).length > 0 ? null : compiledSlot(slot).fingerprint;
}
