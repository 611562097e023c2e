import { U8Column } from "@tenon/graph-core";
import { bytesOfText, type Queryable, type ServerText, type Statement } from "@tenon/postgres";
import type { StoredType } from "../api/column-type.ts";
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
  /** Of what all but `keysBy` answer. */
  readonly rowOf: (row: TextRow) => RepoRow;
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
      const { row, rows, rowOf } = readStatements(read);
      const found = keys.length === 1 ? tx.query<TextRow>(row, keys) : tx.query<TextRow>(rows, [keys]);
      return (await found).map(rowOf);
    },
    async rowsBy(read: AnyRead, name: string, values: readonly Key[]) {
      const column = declared.requireLookup(read, name, values);
      const { rowsBy, rowOf } = readStatements(read);
      const rows = await tx.query<TextRow>(rowsBy.get(column.name) as Statement, [values, ROWS_MAX + 1]);
      requireRows(rows.length, "rows of one lookup");
      return rows.map(rowOf);
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
      const { page, rowOf } = readStatements(read);
      return (await tx.query<TextRow>(page, [after ?? null, rowsMax])).map(rowOf);
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
    rowOf: rowMaker(read),
    row: texts(`${from} and stored.id = $1::${ofType}`),
    rows: texts(`${from} and stored.id = any($1::${ofType}[]) order by stored.id`),
    page: texts(`${from} and ($1::${ofType} is null or stored.id > $1::${key}) order by stored.id limit $2`),
    rowsBy: new Map(
      lookups.map((column) => [column.name, texts(`${from} and ${holds(column)} order by stored.id limit $2`)]),
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

/** Values cost half as much as texts of known places as they do by name and type. */
function texts(text: string): Statement {
  return { ...prepared(text), texts: true };
}

/** The key, the columns, and versions of the groups in order of their first column: every value costs the server and us. */
function selectList(read: AnyRead): string {
  const columns = read.columns.map((column: EntityColumn, index: number) => {
    const group = groupOf(read.entity, column);
    return group.blob ? `blob_${index}.bytes` : `stored.${quoted(column.sqlName)}`;
  });
  const versions = groupsOf(read).map((name) => {
    const at = read.columns.findIndex((column: EntityColumn) => column.group === name);
    const group = groupOf(read.entity, read.columns[at] as EntityColumn);
    return group.blob ? `coalesce(blob_${at}.ver, 0)` : `stored.${quoted(group.versionSqlName)}`;
  });
  return `select stored.id, ${[...columns, ...versions].join(", ")}`;
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

type TextRow = readonly ServerText[];

/** Makes rows of what `selectList` selects. */
function rowMaker(read: AnyRead): (row: TextRow) => RepoRow {
  const readKey: (text: string) => Key = read.entity.keyType === "integer" ? Number : (text) => text;
  const columns = read.columns.map(({ name, type }: EntityColumn, index: number) => {
    return { name, at: index + 1, read: VALUES[type] };
  });
  const groups = groupsOf(read).map((name, index) => ({ name, at: columns.length + 1 + index }));
  // Copied for each row: all rows of a read have one shape.
  const noValues = Object.fromEntries(columns.map(({ name }) => [name, null]));
  const noVersions = Object.fromEntries(groups.map(({ name }) => [name, 0n]));
  return (row) => {
    const values: Record<string, unknown> = { ...noValues };
    const versions: Record<string, bigint> = { ...noVersions };
    for (const { name, at, read } of columns) {
      const text = row[at] as ServerText;
      if (text !== null) values[name] = read(text);
    }
    for (const { name, at } of groups) versions[name] = BigInt(row[at] as string);
    return Object.freeze({
      key: readKey(row[0] as string),
      versions: Object.freeze(versions),
      columns: Object.freeze(values),
    });
  };
}

const VALUES: Readonly<Record<StoredType, (text: string) => unknown>> = {
  text: (text) => text,
  integer: Number,
  bigint: BigInt,
  float: Number,
  boolean: (text) => text === "t",
  json: (text) => JSON.parse(text),
  // The column copies: bytes in Node's pool do until then.
  bytes: (text) => U8Column.from(text.startsWith("\\x") ? Buffer.from(text.slice(2), "hex") : bytesOfText(text)),
};
