/** What a command gave, as values: on a command line everything is text. */
import { indexerError } from "../indexer-error.ts";
import type { Json, JsonRecord } from "./workflow.ts";

function refuse(name: string, value: Json, expected: string): never {
  throw indexerError("wrongCommand", `option "${name}" cannot be ${JSON.stringify(value)}`, {
    detail: `expected ${expected}`,
    hint: "`tenon workflow list` shows what each option takes",
  });
}

/** `true` or `false`. @throws GraphError TENON1652 */
export function flagOption(options: JsonRecord, name: string, absent: boolean): boolean {
  const value = options[name];
  if (value === undefined) return absent;
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  return refuse(name, value, "true or false");
}

/** One id, or several: a list, or text with commas. Undefined when not given. @throws GraphError TENON1652 */
export function idsOption(options: JsonRecord, name: string): readonly number[] | undefined {
  const values = listOf(options[name]);
  if (values === undefined) return undefined;
  const ids = values.map(Number);
  if (ids.length === 0 || ids.some((id) => !Number.isSafeInteger(id) || id < 1))
    return refuse(name, options[name] as Json, "ids, with commas between them");
  return ids;
}

/** Names of a given set; all of them when not given. @throws GraphError TENON1652 */
export function namesOption<Name extends string>(
  options: JsonRecord,
  name: string,
  known: readonly Name[],
): readonly Name[] {
  const values = listOf(options[name]);
  if (values === undefined) return known;
  const names = known.filter((each) => values.includes(each));
  if (values.length === 0 || names.length < new Set(values).size)
    return refuse(name, options[name] as Json, `some of ${known.join(", ")}, with commas between them`);
  return names;
}

/** A record of JSON. @throws GraphError TENON1652 */
export function recordOption(options: JsonRecord, name: string): JsonRecord | undefined {
  const value = options[name];
  if (value === undefined) return undefined;
  const read = typeof value === "string" ? parsed(value) : value;
  if (typeof read === "object" && read !== null && !Array.isArray(read)) return read as JsonRecord;
  return refuse(name, value, 'a record, e.g. {"status": "active"}');
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function listOf(value: Json | undefined): readonly Json[] | undefined {
  if (value === undefined || Array.isArray(value)) return value as readonly Json[] | undefined;
  return typeof value === "string" ? value.split(",").map((part) => part.trim()) : [value as Json];
}
