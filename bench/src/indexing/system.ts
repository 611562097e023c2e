/** A whole pipeline to measure: one server with both databases, a process per role, and an index that follows. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createChangeLog, loadMarketplace, marketplaceSignals, migrateAdsDatabase } from "@tenon/ads-database";
import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import { ARGUS_CONSUMER, firstLoad, type IndexerStores, indexerSettings, openStores, type Role } from "@tenon/indexer";
import { generateMarketplace, loadCatalogue, type Marketplace } from "@tenon/marketplace";
import { openDatabase, startEmbeddedPostgres } from "@tenon/postgres";
import { serverCpuMs } from "@tenon/storage-repo/testing";

const SEED = 5;
export const STAGES = ["gateway", "updater", "argus"] as const satisfies readonly Role[];

export interface StageCpu {
  readonly role: string;
  readonly ms: number;
}

export interface System {
  readonly marketplace: Marketplace;
  readonly stores: IndexerStores;
  /** How long it took to fill the repository, and with how many documents. */
  readonly filled: { readonly seconds: number; readonly nodeCpuMs: number; readonly documents: number };
  start(roles: readonly Role[]): Promise<void>;
  kill(roles: readonly Role[]): Promise<void>;
  /** Processor time so far of Postgres and of the processes that run. */
  cpu(): readonly StageCpu[];
  stop(): Promise<void>;
}

export async function startSystem(adsMax: number): Promise<System> {
  const folder = mkdtempSync(join(tmpdir(), "tenon-bench-indexing-"));
  const settings = { shared_buffers: "256MB", max_wal_size: "4GB", checkpoint_timeout: "1h", max_connections: "200" };
  const server = await startEmbeddedPostgres({ dataFolder: join(folder, "data"), settings });
  const admin = await openDatabase({ url: server.url, connectionsMax: 1 });
  const urls: string[] = [];
  for (const name of ["repository", "advertisers"]) {
    await admin.execute(`create database ${name}`);
    const url = new URL(server.url);
    url.pathname = `/${name}`;
    urls.push(url.href);
  }
  await admin.close();
  const [databaseUrl = "", adsDatabaseUrl = ""] = urls;
  const shared = {
    ...{
      databaseUrl,
      adsDatabaseUrl,
      objectStoreUrl: `file://${join(folder, "bases")}`,
      workFolder: join(folder, "work"),
    },
    ...{ baseBuildSchedule: null, buildThreads: 1, slot: "bench" },
  };
  const stores = await openStores(indexerSettings({ ...shared, owner: "bench" }), {});
  const marketplace = generateMarketplace(loadCatalogue(), { seed: SEED, adsMax });
  await migrateAdsDatabase(stores.adsDatabase);
  await loadMarketplace(stores.adsDatabase, marketplace, { seed: SEED });
  await createChangeLog({ url: adsDatabaseUrl, slot: shared.slot });
  const startedMs = performance.now();
  const cpu = process.cpuUsage();
  const { cursor, documents } = await firstLoad({
    ...{ adsDatabase: stores.adsDatabase, database: stores.database, repo: stores.repo, handlers: ARGUS_HANDLERS },
    ...{
      argus: { landingPages: { serviceUrl: null } },
      signals: marketplaceSignals(marketplace, { seed: SEED }) as never,
    },
  });
  const { user, system } = process.cpuUsage(cpu);
  await stores.cursors.begin(ARGUS_CONSUMER, cursor);
  for (const database of [stores.database, stores.adsDatabase]) await database.execute("analyze");
  const children = new Map<Role, ChildProcess>();
  return {
    ...{ marketplace, stores },
    filled: {
      ...{ seconds: (performance.now() - startedMs) / 1_000, nodeCpuMs: (user + system) / 1_000, documents },
    },
    start: async (roles) => {
      await Promise.all(
        roles.map(async (role) => {
          const own = JSON.stringify({ ...shared, owner: `bench-${role}`, roles: [role] });
          const main = join(import.meta.dirname, "role-main.ts");
          const child = spawn(process.execPath, ["--conditions=@tenon/source", main, own], {
            stdio: ["pipe", "pipe", "inherit"],
          });
          children.set(role, child);
          const [first] = await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
          if (typeof first === "number") throw new Error(`role ${role} ended with ${first}`);
        }),
      );
    },
    kill: async (roles) => {
      for (const role of roles) {
        const child = children.get(role);
        children.delete(role);
        if (child === undefined) continue;
        const ended = once(child, "exit");
        child.kill("SIGKILL");
        await ended;
      }
    },
    cpu: () => [
      { role: "postgres", ms: serverCpuMs(server) },
      ...[...children].map(([role, { pid = 0 }]) => ({ role, ms: serverCpuMs({ pid }) })),
    ],
    stop: async () => {
      for (const child of children.values()) {
        const ended = once(child, "exit");
        child.kill("SIGKILL");
        await ended;
      }
      await stores.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
