/** A repository that was filled from a small marketplace, as an indexing process leaves it: what `doc`, `workflow` and `switch` look at. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createChangeLog,
  dropChangeLog,
  loadMarketplace,
  marketplaceSignals,
  migrateAdsDatabase,
} from "@tenon/ads-database";
import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import { gatewayChangesTask, gatewaySignalsTask, updaterHigh, updaterLow, updaterMedium } from "@tenon/graphs/tasks";
import { firstLoad, type IndexerStores, indexerSettings, openStores } from "@tenon/indexer";
import { generateMarketplace, loadCatalogue } from "@tenon/marketplace";
import { AdDocumentRow } from "@tenon/nodes";
import type { Database } from "@tenon/postgres";
import { testDatabase } from "@tenon/postgres/testing";
import { rowState } from "@tenon/storage-repo";
import { PostgresTaskStore, PostgresWorkStore } from "@tenon/stream-runtime";

const SEED = 7;
const ADS = 60;

export interface SeededIndexing {
  readonly stores: IndexerStores;
  readonly source: Database;
  readonly environment: Readonly<Record<string, string>>;
  readonly slot: string;
  readonly baseFolder: string;
  /** An ad with a servable document that nothing was planted for yet; its own creative, too. */
  readonly freshAd: () => { readonly adId: number; readonly creativeId: number; readonly adGroupId: number };
  readonly documentOf: (adId: number) => Promise<{ readonly ad: { readonly version: number } }>;
  readonly drop: () => Promise<void>;
}

export async function seededIndexing(): Promise<SeededIndexing> {
  const folder = mkdtempSync(join(tmpdir(), "tenon-doc-"));
  const [repository, source] = [await testDatabase(), await testDatabase()];
  const slot = `doc_test_${process.pid}`;
  const baseFolder = join(folder, "bases");
  const marketplace = generateMarketplace(loadCatalogue(), { seed: SEED, adsMax: ADS });
  await migrateAdsDatabase(source.database);
  await loadMarketplace(source.database, marketplace, { seed: SEED });
  await createChangeLog({ url: source.url, slot });
  const stores = await openStores(
    indexerSettings({
      ...{ databaseUrl: repository.url, adsDatabaseUrl: source.url, owner: "test", slot },
      ...{ objectStoreUrl: `file://${baseFolder}`, workFolder: join(folder, "work") },
    }),
    {},
  );
  const loaded = await firstLoad({
    ...{ adsDatabase: source.database, database: repository.database, repo: stores.repo, handlers: ARGUS_HANDLERS },
    argus: { landingPages: { serviceUrl: null } },
    signals: marketplaceSignals(marketplace, { seed: SEED }) as never,
  });
  await stores.cursors.begin("argus", loaded.cursor);
  const known = [gatewayChangesTask, gatewaySignalsTask, updaterHigh, updaterMedium, updaterLow];
  const stored = known.map(({ name, source }) => ({ name, source: source.name, window: undefined }));
  await new PostgresTaskStore({ database: repository.database }).prepare(stored);
  await new PostgresWorkStore(repository.database).prepare();
  const ads = marketplace.ads.values();
  return {
    ...{ stores, source: source.database, slot, baseFolder },
    environment: { DATABASE_URL: repository.url, ADS_DATABASE_URL: source.url, USER: "olga" },
    freshAd: () => ads.next().value as never,
    documentOf: async (adId) => {
      const row = await rowState(repository.database, AdDocumentRow, adId);
      return row?.groups.find(({ group }) => group === "servable")?.columns["document"] as never;
    },
    drop: async () => {
      await stores.close();
      await dropChangeLog({ url: source.url, slot });
      await Promise.all([repository.drop(), source.drop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
