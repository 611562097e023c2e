/** The statements that write, per entity and group. Pure text. */
import type { AnyEntity, EntityColumn, EntityGroup } from "../api/entity.ts";
import { givenColumns, givenValue } from "./given.ts";
import { CHANGE_BATCH, quoted, tableOf, tableOfGroup } from "./names.ts";

/** Where the writes come from: the first parameter as JSON, or the table that COPY filled. */
export type GivenSource = "json" | "table";

/** Rows of the source, each key once. */
export function givenFrom(entity: AnyEntity, group: EntityGroup | undefined, source: GivenSource): string {
  if (source === "json") return `json_to_recordset($1::json) as given(${givenColumns(entity, group)})`;
  return "given_rows as given";
}

export function orderKey(entity: AnyEntity): string {
  return entity.keyType === "integer" ? "given.k" : 'given.k collate "C"';
}

/** Columns and values of an insert of the group. */
export function insertParts(group: EntityGroup): { readonly columns: string; readonly values: string } {
  const kind = group.blob ? { columns: ["kind"], values: [`'${group.name}'`] } : { columns: [], values: [] };
  const columns = [
    "id",
    ...kind.columns,
    group.versionSqlName,
    ...group.columns.map((column) => storedName(group, column)),
  ];
  const values = ["given.k", ...kind.values, "given.v", ...group.columns.map(givenValue)];
  return { columns: columns.map(quoted).join(", "), values: values.join(", ") };
}

/** The one column of a blob is called `bytes` in its side table. */
export function storedName(group: EntityGroup, column: EntityColumn): string {
  return group.blob ? "bytes" : column.sqlName;
}

/** `before` and `after` are row aliases. Columns that are null on both sides count as the same. */
export function maskExpression(group: EntityGroup, before: string, after: string): string {
  const bits = group.columns.map((column) => {
    const name = quoted(storedName(group, column));
    return `case when ${before}.${name} is distinct from ${after}.${name} then ${2 ** column.bit}::bigint else 0 end`;
  });
  return `(${bits.join(" + ")})`;
}

/** Mapping columns before (b0 …) and after (a0 …); a blob's table has none. */
export function mappingExpressions(entity: AnyEntity, group: EntityGroup, before: string, after: string): string {
  if (group.blob) return "";
  return entity.mapping
    .map(
      ({ sqlName }, index) => `, ${before}.${quoted(sqlName)} as b${index}, ${after}.${quoted(sqlName)} as a${index}`,
    )
    .join("");
}

/** Compares dropped writes with what is stored. */
export function droppedStatement(entity: AnyEntity, group: EntityGroup): string {
  const differs = group.columns.map(
    (column, index) => `stored.${quoted(storedName(group, column))} is distinct from ${givenValue(column, index)}`,
  );
  const kind = group.blob ? ` and stored.kind = '${group.name}'` : "";
  return `select given.k as key, given.v as version, stored.${quoted(group.versionSqlName)} = given.v as same,
  (${differs.join(" or ")}) as differs
from ${givenFrom(entity, group, "json")} join ${tableOfGroup(entity, group)} as stored on stored.id = given.k${kind}`;
}

export function droppedPresenceStatement(entity: AnyEntity): string {
  return `select given.k as key, given.v as version, stored.ver_presence = given.v as same, stored.deleted <> $2 as differs
from ${givenFrom(entity, undefined, "json")} join ${tableOf(entity)} as stored on stored.id = given.k`;
}

/** The transaction's id was taken with its first write; the default of `xid` stands before the one of `seq` all the same. */
export const RECORD_BATCH = `insert into ${CHANGE_BATCH} (lanes, schema_v, body) values ($1, $2, $3)`;
