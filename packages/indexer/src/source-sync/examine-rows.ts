/** Rows that seemed to differ, looked at once more: the repository first, then the source (Y1). */
import type { AdsDatabaseReader, AdsTable, CurrentRow } from "@tenon/ads-database";
import { sourceOfTable } from "@tenon/nodes";
import type { Database } from "@tenon/postgres";
import type { PostgresRepo } from "@tenon/storage-repo";
import { compareRow, type RowDifference } from "./compare-row.ts";
import { StoredGroups } from "./stored-groups.ts";

export interface ExamineOptions {
  readonly adsDatabase: Database;
  readonly adsRows: Pick<AdsDatabaseReader, "rows">;
  readonly database: Database;
  readonly repo: PostgresRepo;
  readonly inFlightMs: number;
  readonly signal: AbortSignal;
}

export interface DifferingRow {
  /** As the source has it. */
  readonly row: CurrentRow;
  readonly kind: RowDifference;
  /** Of the state that is missing; null for a row that the source never had. */
  readonly ageMs: number | null;
  readonly storedVersion: number;
}

export interface Examined {
  readonly differing: readonly DifferingRow[];
  /** Keys of rows that are on their way (Y2). */
  readonly inFlight: readonly number[];
}

export async function examineRows(
  table: AdsTable,
  keys: readonly number[],
  { adsDatabase, adsRows, database, repo, inFlightMs, signal }: ExamineOptions,
): Promise<Examined> {
  const stored = await new StoredGroups({ repo, database }, sourceOfTable(table)).of(keys);
  const rows = await adsRows.rows(
    keys.map((key) => ({ table, key })),
    signal,
  );
  const nowMs = await clockOf(adsDatabase);
  const differing: DifferingRow[] = [];
  const inFlight: number[] = [];
  for (const row of rows) {
    const side = stored(row.key);
    const kind = compareRow({ isThere: row.row !== null, version: row.version }, side);
    if (kind === undefined) continue;
    const ageMs = row.updatedAtMs === 0 ? null : Math.max(0, nowMs - row.updatedAtMs);
    if (kind !== "newer" && ageMs !== null && ageMs < inFlightMs) inFlight.push(row.key);
    else differing.push({ row, kind, ageMs, storedVersion: side.version });
  }
  return { differing, inFlight };
}

/** Ages of states are told by the clock that wrote them. */
async function clockOf(database: Database): Promise<number> {
  const [row] = await database.query<{ now_ms: number }>(
    "select (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms",
  );
  return row?.now_ms ?? 0;
}
