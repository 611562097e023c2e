/** The pipeline on real stores: filled for the first time, built, published, and fed with edits while it runs. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBase, openIndex } from "@tenon/ad-index";
import { LmdbRecords } from "@tenon/ad-index/lmdb";
import { loadBase } from "@tenon/ad-index/publish";
import {
  applyEdit,
  createChangeLog,
  dropChangeLog,
  loadMarketplace,
  marketplaceSignals,
  migrateAdsDatabase,
} from "@tenon/ads-database";
import { type AnyExecutor, readCorpus, replayEntry } from "@tenon/dev-run";
import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import { generateMarketplace, loadCatalogue, type Marketplace } from "@tenon/marketplace";
import { IndexDeltas } from "@tenon/nodes";
import { testDatabase } from "@tenon/postgres/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { indexingExecutors } from "../dev-run/indexing-executors.ts";
import { firstLoad } from "../first-load/first-load.ts";
import { runWorkflows } from "../workflows/run-workflows.ts";
import { workflowsOf } from "./batch-role.ts";
import { indexerSettings } from "./indexer-settings.ts";
import { type IndexerStores, openStores } from "./open-stores.ts";
import { type RunningIndexer, startIndexer } from "./start-indexer.ts";

const SEED = 7;
const ADS = 120;
const slot = `pipeline_test_${process.pid}`;

let folder: string;
let repository: Awaited<ReturnType<typeof testDatabase>>;
let source: Awaited<ReturnType<typeof testDatabase>>;
let stores: IndexerStores;
let marketplace: Marketplace;
let running: RunningIndexer | undefined;
const troubles: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tenon-pipeline-"));
  [repository, source] = [await testDatabase(), await testDatabase()];
  marketplace = generateMarketplace(loadCatalogue(), { seed: SEED, adsMax: ADS });
  const settings = indexerSettings({
    ...{ databaseUrl: repository.url, adsDatabaseUrl: source.url, owner: "test", slot },
    ...{ objectStoreUrl: `file://${join(folder, "bases")}`, workFolder: join(folder, "work"), checkedShare: 1 },
    ...{ recordShare: 1, recordFolder: join(folder, "runs") },
  });
  await migrateAdsDatabase(source.database);
  await loadMarketplace(source.database, marketplace, { seed: SEED });
  stores = await openStores(settings, {});
});

afterAll(async () => {
  await running?.stop();
  await stores?.close();
  await dropChangeLog({ url: source.url, slot });
  await Promise.all([repository.drop(), source.drop()]);
  await rm(folder, { recursive: true, force: true });
});

/** Documents say the same but for what the pipeline gives them. */
function comparable({ version: _, updatedAtMs: __, embedding, ...document }: Marketplace["documents"][number]) {
  return { ...document, embedding: embedding.version };
}

test("a marketplace is loaded, derived, built and published, and is what the marketplace says", async () => {
  await createChangeLog({ url: source.url, slot });
  const loaded = await firstLoad({
    ...{ adsDatabase: source.database, database: repository.database, repo: stores.repo },
    ...{ handlers: ARGUS_HANDLERS, argus: { landingPages: { serviceUrl: null } } },
    signals: marketplaceSignals(marketplace, { seed: SEED }) as never,
  });
  expect(loaded.rejected).toEqual([]);
  expect(loaded.documents).toBe(marketplace.documents.length);
  await stores.cursors.begin("argus", loaded.cursor);

  await stores.runs.ask({ workflow: "base-build" });
  const ended = Promise.withResolvers<void>();
  const workflows = await runWorkflows({
    ...{ workflows: workflowsOf(stores), store: stores.runs, owner: "test", lookMs: 10 },
    onRun: (what) => what.endsWith("done") && ended.resolve(),
    onTrouble: (_, error) => ended.reject(error),
  });
  await ended.promise;
  await workflows.stop();
  const [run] = await stores.runs.runs({ runsMax: 1 });
  expect(run).toMatchObject({ state: "done", result: { ads: ADS, failureCount: 0 } });

  const { folder: cached } = await loadBase(stores.bases, join(folder, "cache"));
  const base = await openBase(cached, (options) => new LmdbRecords(options));
  const index = openIndex(base);
  expect(index.status()).toMatchObject({ base: { documentCount: ADS } });
  const records = await index
    .current()
    .forwardRecords(marketplace.documents.map(({ adId }) => adId) as never, AbortSignal.timeout(5_000));
  const byId = new Map(records.found.map((document) => [document.adId, document]));
  for (const document of marketplace.documents)
    expect(comparable(byId.get(document.adId) as never)).toEqual(comparable(document));
  await base.close();
}, 60_000);

test("an edit of the ads database becomes an index delta", async () => {
  running = await startIndexer({
    ...{ stores, roles: ["gateway", "updater", "argus", "batch"] },
    onTrouble: (what, error) => troubles.push(`${what}: ${error.message}`),
    onFatal: (what, error) => troubles.push(`fatal ${what}: ${error.message}`),
  });
  const [group] = marketplace.adGroups;
  const end = (await stores.log.offsets(IndexDeltas.name))[0]?.end ?? 0;
  const bidAmountMicros = 7_770_000;
  const bids = [{ adGroupId: group?.adGroupId as number, bidAmountMicros }];
  await source.database.transaction((tx) => applyEdit(tx, { atMs: 1, change: { kind: "setBids", bids } }));
  const reader = await stores.log.read({ topic: IndexDeltas.name, partition: 0, fromOffset: end });
  const wanted = new Set(
    marketplace.ads.filter(({ adGroupId }) => adGroupId === group?.adGroupId).map(({ adId }) => adId as number),
  );
  const deadlineMs = performance.now() + 20_000;
  while (wanted.size > 0 && performance.now() < deadlineMs) {
    for (const record of await reader.pull({ recordsMax: 100, bytesMax: 1e6, waitMs: 200 })) {
      const decoded = IndexDeltas.decode(record);
      if (!("value" in decoded) || decoded.value.kind !== "upsert") throw new Error("not an upsert");
      const { bid } = decoded.value.document.ad;
      expect(Object.values(bid)).toContain(bidAmountMicros);
      wanted.delete(decoded.value.document.ad.adId);
    }
  }
  await reader.close();
  expect([...wanted]).toEqual([]);
  expect(troubles).toEqual([]);

  // What gateway, updater and handlers ran on the way is kept for dev runs, and repeats without a store.
  const countOf = (outcome: string) =>
    Number(new RegExp(`recorder_runs_total\\{outcome="${outcome}"\\} (\\d+)`).exec(running?.metricsText() ?? "")?.[1]);
  await expect.poll(() => countOf("kept") === countOf("offered"), { timeout: 20_000 }).toBe(true);
  await running.stop();
  running = undefined;
  const executors = indexingExecutors();
  const graphs = new Set<string>();
  for (const file of await readdir(join(folder, "runs"))) {
    for (const entry of readCorpus(join(folder, "runs", file)).entries()) {
      graphs.add(entry.recording.graph);
      const executor = executors.get(entry.recording.graph) as AnyExecutor;
      expect(await replayEntry(executor, entry)).toMatchObject({ same: true, misses: [], firstDifferent: undefined });
    }
  }
  expect([...graphs]).toEqual(expect.arrayContaining(["gateway-changes", "updater", "ad-offer", "servable"]));
}, 60_000);
