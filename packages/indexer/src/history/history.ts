/**
 * Periodic snapshots of tables as Parquet files: what was known of an ad on a day, after the repository has forgotten it.
 *
 * K1 A table is read at one snapshot of the database, page by page; memory holds a page, the disk one file.
 * K2 A run that was killed goes on with the tables that are left, at a later moment: each table says its own watermark.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ObjectStore } from "@tenon/ad-index/publish";
import { type HostClock, systemClock } from "@tenon/graph-core";
import { AdDocumentRow } from "@tenon/nodes";
import type { Database } from "@tenon/postgres";
import { exportRows, watermarkToJson, withBase } from "@tenon/storage-repo";
import { type AnyEntity, type EntityColumn, read } from "@tenon/storage-repo/api";
import { indexerError } from "../indexer-error.ts";
import { namesOption } from "../workflows/read-options.ts";
import type { JsonRecord, RunContext, Workflow } from "../workflows/workflow.ts";
import { keepNewest, objectKey, putSnapshot, type TableSnapshot } from "./snapshot-catalogue.ts";

export interface HistoryOptions {
  readonly database: Database;
  /** Every entity that a command may ask for. */
  readonly entities: readonly AnyEntity[];
  readonly store: ObjectStore;
  /** For one file at a time, before it is uploaded. */
  readonly workFolder: string;
  /** Cron, UTC; null: by command only. Default daily at 1:30. */
  readonly schedule?: string | null;
  /** Names of the entities that a scheduled run takes. Default: documents. */
  readonly tables?: readonly string[];
  /** Default 30. */
  readonly snapshotsKept?: number;
  readonly clock?: HostClock;
}

const SCHEDULE = "30 1 * * *";
const SNAPSHOTS_KEPT = 30;

interface Progress {
  readonly name: string;
  readonly takenAtMs: number;
  readonly tables: readonly TableSnapshot[];
}

/** @throws GraphError TENON1658 when no snapshot would be kept, TENON1650 for tables that are not there */
export function history(options: HistoryOptions): Workflow {
  const { schedule = SCHEDULE, snapshotsKept = SNAPSHOTS_KEPT } = options;
  if (!Number.isSafeInteger(snapshotsKept) || snapshotsKept < 1)
    throw indexerError("wrongRetention", `setting "snapshotsKept" of workflow "history" cannot be ${snapshotsKept}`, {
      detail: "expected a whole number from 1 on",
      hint: "the newest snapshot is always kept",
    });
  refuseUnknown(options);
  return {
    name: "history",
    owner: "ads-data",
    purpose: "writes documents, and tables that are asked for, to the object store as Parquet",
    schedule,
    options: { tables: "only these tables, with commas between them" },
    run: (context) => run({ ...options, snapshotsKept }, context),
  };
}

function refuseUnknown({ entities, tables = [] }: HistoryOptions): void {
  const known = entities.map(({ name }) => name);
  const unknown = tables.filter((table) => !known.includes(table));
  if (unknown.length === 0) return;
  throw indexerError(
    "wrongSetting",
    `there is no table ${unknown.map((table) => `"${table}"`).join(", ")} to take into the history`,
    {
      detail: `expected some of ${known.join(", ")}`,
      hint: "set `historyTables` to entities of the repository",
    },
  );
}

async function run(
  options: HistoryOptions & { readonly snapshotsKept: number },
  context: RunContext,
): Promise<JsonRecord> {
  const { entities, store, snapshotsKept, clock = systemClock, tables: usual = [AdDocumentRow.name] } = options;
  const known = entities.map(({ name }) => name);
  const wanted = context.options["tables"] === undefined ? usual : namesOption(context.options, "tables", known);
  let progress = (context.saved as unknown as Progress | undefined) ?? planned(clock.nowMs(), context.runId);
  for (const entity of entities.filter(({ name }) => wanted.includes(name))) {
    context.signal.throwIfAborted();
    if (progress.tables.some((table) => table.entity === entity.name)) continue;
    const table = await takeTable(options, entity);
    progress = { ...progress, tables: [...progress.tables, table] };
    await context.step({ done: rowsIn(progress), saved: progress as unknown as JsonRecord });
  }
  const { name, takenAtMs, tables } = progress;
  await putSnapshot(store, { version: 1, name, takenAtMs, tables: [...tables] });
  const removed = await keepNewest(store, snapshotsKept);
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  return { snapshot: name, tables: tables.length, rows: rowsIn(progress), bytes, removed };
}

function planned(nowMs: number, runId: number): Progress {
  const time = new Date(nowMs)
    .toISOString()
    .replace(/[^0-9]/g, "")
    .slice(0, 14);
  return { name: `${time}-${runId}`, takenAtMs: nowMs, tables: [] };
}

function rowsIn({ tables }: Progress): number {
  return tables.reduce((sum, { rows }) => sum + rows, 0);
}

async function takeTable(
  { database, store, workFolder }: Pick<HistoryOptions, "database" | "store" | "workFolder">,
  entity: AnyEntity,
): Promise<TableSnapshot> {
  const columns = entity.columns.map(({ name }: EntityColumn) => name);
  const folder = join(workFolder, "history");
  // One name: what a killed run left is written over.
  const path = join(folder, `${entity.name}.parquet`);
  await mkdir(folder, { recursive: true });
  try {
    const { rows, watermark } = await withBase({ database }, async (base) => ({
      ...(await exportRows(base, read(entity, columns as never), path)),
      watermark: watermarkToJson(base.watermark),
    }));
    const { bytes, sha256 } = await digestOf(path);
    const object = objectKey(sha256);
    await store.putIfAbsent(object, { path, bytes, sha256 });
    return { entity: entity.name, rows, object, bytes, sha256, columns, watermark };
  } finally {
    await rm(path, { force: true });
  }
}

async function digestOf(path: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const sum = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
    sum.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: sum.digest("hex") };
}
