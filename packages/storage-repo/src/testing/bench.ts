/** What the figures of the repository are measured on: rows of about 1 kB on a server of its own. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, type EmbeddedPostgres, openDatabase, startEmbeddedPostgres } from "@tenon/postgres";
import { z } from "zod";
import { entity, type GroupWrite, openRepo, type PostgresRepo, read, versionOf, WriteSetBuilder } from "../index.ts";

const owner = "ads-storage";

/** A row of about 1 kB. */
export const MeasuredRow = entity("measured_row", {
  owner,
  purpose: "a row of about 1 kB",
  key: z.int(),
  groups: {
    bid: { owner, class: "control", columns: { bidMicros: z.int(), budgetMicros: z.int(), campaignId: z.int() } },
    signals: { owner, class: "content", columns: { title: z.string(), clickRate: z.number() } },
  },
});
export const entities = [MeasuredRow];
export const Bid = read(MeasuredRow, ["bidMicros", "budgetMicros", "campaignId"]);
export const All = read(MeasuredRow, ["bidMicros", "budgetMicros", "campaignId", "title", "clickRate"]);
export const ROWS = 20_000;
export const TITLE = "x".repeat(900);
/** Clock ticks per second of /proc. */
const TICKS_PER_SECOND = 100;

export interface Bench {
  readonly server: EmbeddedPostgres;
  readonly url: string;
  readonly database: Database;
  readonly repo: PostgresRepo;
  readonly close: () => Promise<void>;
}

/** A server of its own, durable unless told otherwise, with 20,000 rows of about 1 kB. */
export async function openBench({ durable = true }: { readonly durable?: boolean } = {}): Promise<Bench> {
  const dataFolder = mkdtempSync(join(tmpdir(), "tenon-measure-"));
  const server = await startEmbeddedPostgres({
    dataFolder,
    settings: { fsync: durable ? "on" : "off", shared_buffers: "256MB", max_connections: "60", max_wal_size: "4GB" },
  });
  const database = await openDatabase({ url: server.url, connectionsMax: 24 });
  const repo = await openRepo({ database, entities });
  await repo.bulk({ entity: MeasuredRow, group: "bid" }, bidRows(ROWS, 1));
  await repo.bulk({ entity: MeasuredRow, group: "signals" }, signalRows(ROWS, 1));
  await database.execute("analyze repo.measured_row");
  return {
    server,
    url: server.url,
    database,
    repo,
    close: async () => {
      await database.close();
      await server.stop();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

export function bidColumns(sequence: number) {
  return { bidMicros: sequence, budgetMicros: sequence * 3, campaignId: sequence % 100 };
}

export function* bidRows(count: number, sequence: number): Generator<GroupWrite> {
  for (let key = 0; key < count; key++) yield { key, version: versionOf(0, sequence), columns: bidColumns(sequence) };
}

export function* signalRows(count: number, sequence: number): Generator<GroupWrite> {
  const columns = { title: TITLE, clickRate: sequence / 7 };
  for (let key = 0; key < count; key++) yield { key, version: versionOf(0, sequence), columns };
}

/** CPU milliseconds of a process and those that it started; of a Postgres server these are all its processes. */
export function serverCpuMs({ pid }: Pick<EmbeddedPostgres, "pid">): number {
  let ticks = 0;
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const fields = statFields(entry);
    if (fields === undefined) continue;
    const own = Number(fields[11]) + Number(fields[12]);
    if (Number(entry) === pid) ticks += own + Number(fields[13]) + Number(fields[14]);
    else if (Number(fields[1]) === pid) ticks += own;
  }
  return (ticks * 1_000) / TICKS_PER_SECOND;
}

/** The fields of /proc/N/stat after the name. */
function statFields(pid: string): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const rounded = (value: number, digits = 2) => Number(value.toFixed(digits));

let sequence = 1;

/** A sequence number that no write of this process had. */
export function nextSequence(): number {
  return ++sequence;
}

/** Three reads and three upserts of column group `bid`, through the repository. */
export function repoCommit(
  repo: PostgresRepo,
  { keys, own, onRetry }: { readonly keys: readonly number[]; readonly own: number; readonly onRetry: () => void },
): Promise<void> {
  return repo.tx(
    async (tx) => {
      await Promise.all(keys.map((key) => tx.rows(Bid, [key])));
      const builder = new WriteSetBuilder();
      for (const key of keys)
        builder.write(MeasuredRow, "bid", { key, version: versionOf(0, own), columns: bidColumns(own) });
      await tx.write(builder.build());
    },
    { reads: [Bid], onRetry },
  );
}
