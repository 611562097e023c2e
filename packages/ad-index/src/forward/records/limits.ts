import { tooManyRecords } from "./errors.ts";
import { RECORD_KEYS_MAX } from "./record-store.ts";

/** @throws GraphError TENON1433 */
export function requireFew(what: string, { length }: readonly unknown[]): void {
  if (length > RECORD_KEYS_MAX) throw tooManyRecords(what, length, RECORD_KEYS_MAX);
}
