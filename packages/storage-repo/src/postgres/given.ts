/** Writes on their way into a statement: one JSON value, or a table that COPY filled. Columns: k key, v version, c0 … values. */
import type { U8Column } from "@tenon/graph-core";
import { SQL_TYPE } from "../api/column-type.ts";
import type { AnyEntity, EntityColumn, EntityGroup } from "../api/entity.ts";
import type { GroupWrite, PresenceWrite } from "../api/write-set.ts";

export function keySqlType(entity: AnyEntity): string {
  return entity.keyType === "integer" ? "bigint" : 'text collate "C"';
}

/** Definition of the given columns, for `json_to_recordset` and for a table. Bytes travel as base64. */
export function givenColumns(entity: AnyEntity, group: EntityGroup | undefined): string {
  const key = entity.keyType === "integer" ? "bigint" : "text";
  const values = group?.columns.map((column, index) => `c${index} ${givenType(column)}`) ?? [];
  return [`k ${key}`, "v bigint", ...values].join(", ");
}

/** A given column as the value to be stored. */
export function givenValue(column: EntityColumn, index: number): string {
  return column.type === "bytes" ? `decode(given.c${index}, 'base64')` : `given.c${index}`;
}

function givenType(column: EntityColumn): string {
  return column.type === "bytes" ? "text" : SQL_TYPE[column.type];
}

/** One JSON array of writes: the cheapest way into the server by far, for one row as for thousands. */
export function givenJson(group: EntityGroup | undefined, writes: readonly (GroupWrite | PresenceWrite)[]): string {
  return JSON.stringify(writes.map((write) => givenRow(group, write)));
}

function givenRow(group: EntityGroup | undefined, write: GroupWrite | PresenceWrite): Record<string, unknown> {
  const row: Record<string, unknown> = { k: write.key, v: String(write.version) };
  group?.columns.forEach((column, index) => {
    row[`c${index}`] = sentValue(column, (write as GroupWrite).columns[column.name]);
  });
  return row;
}

/** As JSON and as COPY text take it. */
export function sentValue(column: EntityColumn, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (column.type === "bigint") return String(value);
  if (column.type === "bytes") return base64Of(value as U8Column);
  return value;
}

function base64Of(column: U8Column): string {
  const bytes = Buffer.alloc(column.length);
  for (let row = 0; row < column.length; row++) bytes[row] = column.at(row);
  return bytes.toString("base64");
}
