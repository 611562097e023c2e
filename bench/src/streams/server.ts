/** A Postgres that waits for its disk, emptied before each run, and what processes spend. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase, startEmbeddedPostgres } from "@tenon/postgres";
import { serverCpuMs } from "@tenon/storage-repo/testing";

export interface Server {
  readonly pid: number;
  /** Drops all that earlier runs have made; the database to work on. */
  emptyDatabase(): Promise<string>;
  stop(): Promise<void>;
}

export async function startServer(): Promise<Server> {
  // No checkpoint falls into one run and not into the next.
  const folder = mkdtempSync(join(tmpdir(), "tenon-bench-streams-"));
  const settings = { shared_buffers: "256MB", max_wal_size: "4GB", checkpoint_timeout: "1h" };
  const server = await startEmbeddedPostgres({ dataFolder: join(folder, "data"), settings });
  const admin = await openDatabase({ url: server.url, connectionsMax: 1 });
  return {
    pid: server.pid,
    emptyDatabase: async () => {
      await admin.execute("drop schema public cascade");
      await admin.execute("create schema public");
      return server.url;
    },
    stop: async () => {
      await admin.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Spent {
  readonly seconds: number;
  /** Of this process. */
  readonly nodeMs: number;
  /** Of the given processes, each with those that it started, in their order. */
  readonly othersMs: readonly number[];
}

/** Time on the wall and of processors while work runs. */
export async function spentOn<Result>(
  pids: readonly number[],
  work: () => Promise<Result>,
): Promise<Spent & { readonly result: Result }> {
  const before = pids.map((pid) => serverCpuMs({ pid }));
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  const result = await work();
  const seconds = (performance.now() - startedMs) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const othersMs = pids.map((pid, at) => serverCpuMs({ pid }) - (before[at] as number));
  return { seconds, nodeMs: (user + system) / 1_000, othersMs, result };
}

export function allMs({ nodeMs, othersMs }: Spent): number {
  return othersMs.reduce((total, each) => total + each, nodeMs);
}

/** Values ascending; `share` of them are at most the answer. */
export function percentile(ascending: readonly number[], share: number): number {
  return ascending[Math.max(0, Math.ceil(ascending.length * share) - 1)] ?? Number.NaN;
}
