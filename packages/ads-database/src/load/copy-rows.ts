import type { AdsRows, AdsTable } from "../api/tables.ts";
import { columnsOf, sqlColumns, sqlTable } from "../schema/names.ts";

/** Rows are encoded and sent in pieces of about this size. */
const CHUNK_CHARACTERS = 64 * 1024;

/** `COPY` statement of a table, in the order of `copyRows`. */
export function copyStatement(table: AdsTable): string {
  return `copy ${sqlTable(table)} (${sqlColumns(table).join(", ")}) from stdin`;
}

/** Rows in the text format of `COPY`. */
export function* copyRows<Table extends AdsTable>(table: Table, rows: Iterable<AdsRows[Table]>): Generator<Uint8Array> {
  const columns = columnsOf(table) as readonly (keyof AdsRows[Table])[];
  let text = "";
  for (const row of rows) {
    text += `${columns.map((column) => copyValue(row[column])).join("\t")}\n`;
    if (text.length < CHUNK_CHARACTERS) continue;
    yield Buffer.from(text);
    text = "";
  }
  if (text !== "") yield Buffer.from(text);
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

function copyValue(value: unknown): string {
  if (value === null) return "\\N";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}
