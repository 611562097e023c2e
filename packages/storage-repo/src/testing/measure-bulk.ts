/** Loads and exports, G5. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportRows, type GroupWrite, versionOf, withBase } from "../index.ts";
import { All, type Bench, MeasuredRow, nextSequence, ROWS, signalRows, TITLE } from "./bench.ts";

/** Rows per second of a load and of a base export, and the memory that the export takes, G5. */
export async function measureBulk({ database, repo }: Bench) {
  const timed = async (work: () => Promise<number>) => {
    const started = performance.now();
    const rows = await work();
    return Math.round(rows / ((performance.now() - started) / 1_000));
  };
  const from = ROWS;
  const fresh = function* (): Generator<GroupWrite> {
    const columns = { title: TITLE, clickRate: 0.5 };
    for (let at = 0; at < ROWS; at++) yield { key: from + at, version: versionOf(0, 1), columns };
  };
  const insertRowsPerSecond = await timed(
    async () => (await repo.bulk({ entity: MeasuredRow, group: "signals" }, fresh())).applied,
  );
  const updateRowsPerSecond = await timed(
    async () => (await repo.bulk({ entity: MeasuredRow, group: "signals" }, signalRows(ROWS, nextSequence()))).applied,
  );
  const folder = mkdtempSync(join(tmpdir(), "tenon-measure-parquet-"));
  let exported = 0;
  const exportRowsPerSecond = await timed(async () => {
    const { rows } = await withBase({ database }, (base) => exportRows(base, All, join(folder, "rows.parquet")));
    exported = rows;
    return rows;
  });
  rmSync(folder, { recursive: true, force: true });
  return {
    insertRowsPerSecond,
    updateRowsPerSecond,
    exportRowsPerSecond,
    exported,
    processMbMax: Math.round(process.resourceUsage().maxRSS / 1_024),
  };
}
