/** Tables of entities: what is stored compared with what is declared, as statements. */
import { SQL_TYPE } from "../api/column-type.ts";
import type { AnyEntity, EntityColumn, EntityGroup } from "../api/entity.ts";
import { repoError } from "../api/repo-error.ts";
import { keySqlType } from "./given.ts";
import { blobTableOf, quoted, SCHEMA, tableOf, WRITE_MARK } from "./names.ts";

/** Table → column → type, as the server names it. */
export type StoredTables = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Statements that make an entity's tables as declared. Adds and renames; never drops or changes a type. */
export function entityStatements(entity: AnyEntity, stored: StoredTables): readonly string[] {
  return [...rowTable(entity, stored), ...blobTable(entity, stored), ...lookupIndexes(entity)];
}

function rowTable(entity: AnyEntity, stored: StoredTables): readonly string[] {
  const table = tableOf(entity);
  const columns = stored.get(entity.name);
  if (columns === undefined) return [createTable(entity), ...uncompressed(entity), ...guards(table)];
  const groups = entity.groups.filter((group) => !group.blob);
  return groups.flatMap((group) => [
    ...(columns.has(group.versionSqlName) ? [] : [`alter table ${table} add column ${versionColumn(group)}`]),
    ...group.columns.flatMap((column) => alterColumn(entity, column, columns)),
  ]);
}

/** A row's groups arrive one by one, so every column may be null; what a group's columns may be is checked on the way in. */
function createTable(entity: AnyEntity): string {
  const groups = entity.groups.filter((group) => !group.blob);
  const columns = [
    `id ${keySqlType(entity)} primary key`,
    "ver_presence bigint not null default 0",
    "deleted boolean not null default false",
    "deleted_at_ms bigint",
    ...groups.map(versionColumn),
    ...groups.flatMap((group) => group.columns.map((column) => `${quoted(column.sqlName)} ${SQL_TYPE[column.type]}`)),
  ];
  // Room on each page for the next version of its rows: updates then touch no index.
  return `create table ${tableOf(entity)} (${columns.join(", ")}) with (fillfactor = 85)`;
}

/** The server's compression hardly shrinks JSON of a few kilobytes, and costs as much again as the write without it (0013). */
function uncompressed(entity: AnyEntity): readonly string[] {
  const columns = entity.groups.flatMap((group) => (group.blob ? [] : group.columns));
  const alters = columns
    .filter(({ type }) => SQL_TYPE[type] === "jsonb")
    .map(({ sqlName }) => `alter column ${quoted(sqlName)} set storage external`);
  return alters.length === 0 ? [] : [`alter table ${tableOf(entity)} ${alters.join(", ")}`];
}

function versionColumn(group: EntityGroup): string {
  return `${quoted(group.versionSqlName)} bigint not null default 0`;
}

function alterColumn(entity: AnyEntity, column: EntityColumn, columns: ReadonlyMap<string, string>): readonly string[] {
  const table = tableOf(entity);
  const wanted = SQL_TYPE[column.type];
  const before = column.nameBefore === undefined ? undefined : sqlNameOf(column.nameBefore);
  const isRenamed = !columns.has(column.sqlName) && before !== undefined && columns.has(before);
  const found = columns.get(isRenamed ? (before as string) : column.sqlName);
  if (found !== undefined && found !== wanted) throw otherType(entity, column, { wanted, found });
  if (isRenamed) return [`alter table ${table} rename column ${quoted(before as string)} to ${quoted(column.sqlName)}`];
  return found === undefined ? [`alter table ${table} add column ${quoted(column.sqlName)} ${wanted}`] : [];
}

function sqlNameOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function blobTable(entity: AnyEntity, stored: StoredTables): readonly string[] {
  if (!entity.groups.some((group) => group.blob) || stored.has(`${entity.name}_blob`)) return [];
  const table = blobTableOf(entity);
  return [
    `create table ${table} (id ${keySqlType(entity)}, kind text, ver bigint not null default 0, bytes bytea, primary key (id, kind))`,
    // Embeddings do not compress: trying costs more than the copy.
    `alter table ${table} alter column bytes set storage external`,
    ...guards(table),
  ];
}

function guards(table: string): readonly string[] {
  return [
    // A condition instead of a call: it is looked at once per statement, and holds for that statement alone.
    `create trigger guard before insert or update or delete on ${table} for each statement
      when (current_query() not like '${WRITE_MARK}%')
      execute function ${SCHEMA}.refuse_unrecorded_write()`,
    `create trigger guard_truncate before truncate on ${table}
      for each statement execute function ${SCHEMA}.refuse_unrecorded_write()`,
  ];
}

function lookupIndexes(entity: AnyEntity): readonly string[] {
  return entity.lookups.map(({ sqlName }) => {
    const name = quoted(`${entity.name}_${sqlName}`.slice(0, 60));
    return `create index if not exists ${name} on ${tableOf(entity)} (${quoted(sqlName)})`;
  });
}

/** TENON1527 */
function otherType(
  entity: AnyEntity,
  column: EntityColumn,
  { wanted, found }: { wanted: string; found: string },
): Error {
  return repoError("TENON1527", `column "${column.name}" of "${entity.name}" is stored as another type`, {
    category: "definition",
    owner: entity.owner,
    expected: wanted,
    found,
    hint: "declare a new column beside it, backfill it in the low lane, move the readers, then drop the old declaration",
  });
}
