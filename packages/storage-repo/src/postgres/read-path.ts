import { U8Column } from "@tenon/graph-core";
import type { Queryable, Statement } from "@tenon/postgres";
import { DeclaredReads, requireRows } from "../api/declared-reads.ts";
import type { AnyEntity, EntityColumn, EntityGroup, Key } from "../api/entity.ts";
import type { AnyRead, RepoRow } from "../api/read.ts";
import { ROWS_MAX, type Snapshot } from "../api/repo.ts";
import { keySqlType } from "./given.ts";
import { blobTableOf, prepared, quoted, tableOf } from "./names.ts";
import { keyOf, type SqlRow } from "./written-rows.ts";

/** The statements of one declared read. */
export interface ReadStatements {
  /** One key: the server keeps its plan, where it would plan a list of keys anew each time. */
  readonly row: Statement;
  readonly rows: Statement;
  readonly page: Statement;
  readonly rowsBy: ReadonlyMap<string, Statement>;
  readonly keysBy: ReadonlyMap<string, Statement>;
}

interface KeyPage {
  readonly after?: Key | undefined;
  readonly keysMax: number;
}

const known = new WeakMap<AnyRead, ReadStatements>();

export function readStatements(read: AnyRead): ReadStatements {
  const made = known.get(read) ?? makeStatements(read);
  known.set(read, made);
  return made;
}

/** Reads over one connection whose transaction has one snapshot. */
export function sqlSnapshot(tx: Queryable, reads: readonly AnyRead[]): Snapshot {
  const declared = new DeclaredReads(reads);
  const snapshot = {
    async rows(read: AnyRead, keys: readonly Key[]) {
      declared.require(read, keys);
      const { row, rows } = readStatements(read);
      const found = keys.length === 1 ? tx.query<SqlRow>(row, keys) : tx.query<SqlRow>(rows, [keys]);
      return toRows(read, await found);
    },
    async rowsBy(read: AnyRead, name: string, values: readonly Key[]) {
      const column = declared.requireLookup(read, name, values);
      const statement = readStatements(read).rowsBy.get(column.name) as Statement;
      const rows = await tx.query<SqlRow>(statement, [values, ROWS_MAX + 1]);
      requireRows(rows.length, "rows of one lookup");
      return toRows(read, rows);
    },
    async keysBy(read: AnyRead, name: string, values: readonly Key[], { after, keysMax }: KeyPage) {
      const column = declared.requireLookup(read, name, values);
      requireRows(keysMax, "keys of one page");
      const statement = readStatements(read).keysBy.get(column.name) as Statement;
      const rows = await tx.query<SqlRow>(statement, [values, after ?? null, keysMax]);
      return rows.map(({ k }) => keyOf(k));
    },
    async page(read: AnyRead, { after, rowsMax }: { readonly after?: Key | undefined; readonly rowsMax: number }) {
      declared.require(read);
      requireRows(rowsMax, "rows of one page");
      return toRows(read, await tx.query<SqlRow>(readStatements(read).page, [after ?? null, rowsMax]));
    },
  };
  return snapshot as Snapshot;
}

function makeStatements(read: AnyRead): ReadStatements {
  const entity: AnyEntity = read.entity;
  const key = keySqlType(entity);
  const from = `${selectList(read)}\nfrom ${tableOf(entity)} as stored${blobJoins(read)}\nwhere not stored.deleted`;
  const ofType = entity.keyType === "integer" ? "bigint" : "text";
  const lookups = entity.lookups.filter((column) => read.columns.includes(column));
  const holds = (column: EntityColumn) =>
    `stored.${quoted(column.sqlName)} = any($1::${column.type === "integer" ? "bigint" : "text"}[])`;
  return {
    row: prepared(`${from} and stored.id = $1::${ofType}`),
    rows: prepared(`${from} and stored.id = any($1::${ofType}[]) order by stored.id`),
    page: prepared(`${from} and ($1::${ofType} is null or stored.id > $1::${key}) order by stored.id limit $2`),
    rowsBy: new Map(
      lookups.map((column) => [column.name, prepared(`${from} and ${holds(column)} order by stored.id limit $2`)]),
    ),
    keysBy: new Map(
      lookups.map((column) => {
        const text = `select stored.id as k from ${tableOf(entity)} as stored where not stored.deleted and ${holds(column)}
and ($2::${ofType} is null or stored.id > $2::${key}) order by stored.id limit $3`;
        return [column.name, prepared(text)];
      }),
    ),
  };
}

/** Columns are c0 …, versions v0 … of the groups in order of their first column: every value costs the server and us. */
function selectList(read: AnyRead): string {
  const columns = read.columns.map((column: EntityColumn, index: number) => {
    const group = groupOf(read.entity, column);
    return group.blob ? `blob_${index}.bytes as c${index}` : `stored.${quoted(column.sqlName)} as c${index}`;
  });
  const versions = groupsOf(read).map((name, index) => {
    const at = read.columns.findIndex((column: EntityColumn) => column.group === name);
    const group = groupOf(read.entity, read.columns[at] as EntityColumn);
    return group.blob
      ? `coalesce(blob_${at}.ver, 0) as v${index}`
      : `stored.${quoted(group.versionSqlName)} as v${index}`;
  });
  return `select stored.id as k, ${[...columns, ...versions].join(", ")}`;
}

function blobJoins(read: AnyRead): string {
  return read.columns
    .map((column: EntityColumn, index: number) =>
      groupOf(read.entity, column).blob
        ? `\nleft join ${blobTableOf(read.entity)} as blob_${index} on blob_${index}.id = stored.id and blob_${index}.kind = '${column.group}'`
        : "",
    )
    .join("");
}

function groupsOf(read: AnyRead): readonly string[] {
  return [...new Set<string>(read.columns.map((column: EntityColumn) => column.group))];
}

function groupOf(entity: AnyEntity, column: EntityColumn): EntityGroup {
  return entity.groups.find((group) => group.name === column.group) as EntityGroup;
}

function toRows(read: AnyRead, rows: readonly SqlRow[]): readonly RepoRow[] {
  const columns = read.columns.map((column: EntityColumn, index: number) => ({ column, at: `c${index}` }));
  const groups = groupsOf(read).map((group, index) => ({ group, at: `v${index}` }));
  return rows.map((row) => {
    const values: Record<string, unknown> = {};
    const versions: Record<string, bigint> = {};
    for (const { column, at } of columns) values[column.name] = readValue(column, row[at]);
    for (const { group, at } of groups) versions[group] = row[at] as bigint;
    return Object.freeze({ key: keyOf(row.k), versions: Object.freeze(versions), columns: Object.freeze(values) });
  });
}

function readValue(column: EntityColumn, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (column.type === "integer") return Number(value);
  if (column.type === "bytes") return U8Column.from(value as Uint8Array);
  return value;
}
