import type { U8Column } from "@tenon/graph-core";
import type { StoredType } from "../api/column-type.ts";
import type { EntityColumn, Key } from "../api/entity.ts";
import type { AnyRead, RepoRow } from "../api/read.ts";
import type { BaseSnapshot } from "./base-snapshot.ts";
import { type ParquetColumn, ParquetFile, type ParquetType } from "./parquet-file.ts";

/** Rows per page and row group: some megabytes of rows of 1 kB. */
const ROWS_PER_PAGE = 5_000;

const PARQUET_TYPE: Readonly<Record<StoredType, ParquetType>> = {
  text: "STRING",
  integer: "INT64",
  bigint: "INT64",
  float: "DOUBLE",
  boolean: "BOOLEAN",
  json: "STRING",
  bytes: "BYTE_ARRAY",
};

export interface ExportedRows {
  readonly path: string;
  readonly rows: number;
}

/**
 * Streams the live rows of a read into a Parquet file: `key`, `version_<group>` and the columns by their names; JSON as text.
 * Memory holds one page.
 */
export async function exportRows(base: BaseSnapshot, read: AnyRead, path: string): Promise<ExportedRows> {
  const file = new ParquetFile(path, columnsOf(read));
  try {
    await base.export([read], async (snapshot) => {
      for (let after: Key | undefined; ; ) {
        const rows = await snapshot.page(read, { after, rowsMax: ROWS_PER_PAGE });
        await file.write(transpose(read, rows));
        if (rows.length < ROWS_PER_PAGE) return;
        after = rows.at(-1)?.key;
      }
    });
    await file.finish();
    return { path, rows: file.rows };
  } catch (error) {
    file.abandon();
    throw error;
  }
}

function groupsOf(read: AnyRead): readonly string[] {
  return [...new Set(read.columns.map((column: EntityColumn) => column.group))] as string[];
}

function columnsOf(read: AnyRead): readonly ParquetColumn[] {
  return [
    { name: "key", type: read.entity.keyType === "integer" ? "INT64" : "STRING", nullable: false },
    ...groupsOf(read).map((group) => ({ name: `version_${group}`, type: "INT64", nullable: false }) as const),
    ...read.columns.map((column: EntityColumn) => ({
      name: column.name,
      type: PARQUET_TYPE[column.type],
      nullable: true,
    })),
  ];
}

function transpose(read: AnyRead, rows: readonly RepoRow[]): readonly (readonly unknown[])[] {
  return [
    rows.map((row) => (typeof row.key === "number" ? BigInt(row.key) : row.key)),
    ...groupsOf(read).map((group) => rows.map((row) => row.versions[group] ?? 0n)),
    ...read.columns.map((column: EntityColumn) => rows.map((row) => parquetValue(column, row.columns[column.name]))),
  ];
}

function parquetValue({ type }: EntityColumn, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (type === "integer") return BigInt(value as number);
  if (type === "json") return JSON.stringify(value);
  if (type === "bytes") return bytesOf(value as U8Column);
  return value;
}

function bytesOf(column: U8Column): Uint8Array {
  return Uint8Array.from({ length: column.length }, (_, index) => column.at(index));
}
