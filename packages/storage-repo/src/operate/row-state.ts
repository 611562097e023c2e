/** One row as it is stored, for people: every group with its version, a tombstone too. Reads only. */
import type { Database } from "@tenon/postgres";
import type { AnyEntity, Key } from "../api/entity.ts";
import { blobTableOf, tableOf } from "../postgres/names.ts";

export interface GroupState {
  readonly group: string;
  /** 0 for a group that was never written. */
  readonly version: bigint;
  /** Of a blob none: only its version is told. */
  readonly columns: Readonly<Record<string, unknown>>;
}

export interface RowState {
  readonly key: Key;
  readonly deleted: boolean;
  /** Of its tombstone, or of its return from one. */
  readonly presenceVersion: bigint;
  readonly groups: readonly GroupState[];
}

/** `undefined` for a row that was never written, and where the repository has no such entity yet. */
export async function rowState(database: Database, entity: AnyEntity, key: Key): Promise<RowState | undefined> {
  const [table] = await database.query<{ found: boolean }>("select to_regclass($1) is not null as found", [
    tableOf(entity),
  ]);
  if (table?.found !== true) return undefined;
  const [row] = await database.query<Readonly<Record<string, unknown>>>(
    `select * from ${tableOf(entity)} where id = $1`,
    [key],
  );
  if (row === undefined) return undefined;
  const blobs = entity.groups.some(({ blob }) => blob)
    ? await database.query<{ kind: string; ver: bigint }>(
        `select kind, ver from ${blobTableOf(entity)} where id = $1`,
        [key],
      )
    : [];
  return {
    key,
    deleted: row["deleted"] === true,
    presenceVersion: BigInt(row["ver_presence"] as bigint),
    groups: entity.groups.map(({ name, blob, versionSqlName, columns }) => ({
      group: name,
      version: blob
        ? (blobs.find(({ kind }) => kind === name)?.ver ?? 0n)
        : BigInt((row[versionSqlName] ?? 0n) as bigint),
      columns: blob ? {} : Object.fromEntries(columns.map((column) => [column.name, numberOf(row[column.sqlName])])),
    })),
  };
}

/** Columns hold numbers that JavaScript can count: the driver gives those of 64 bits as bigint. */
function numberOf(value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}
