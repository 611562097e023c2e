/** Fills a system that has never run: advertisers' rows, signals, documents, the first base. */
import { createChangeLog, loadMarketplace, marketplaceSignals } from "@tenon/ads-database";
import { GraphError } from "@tenon/graph-core";
import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import { ARGUS_CONSUMER, firstLoad, type IndexerStores } from "@tenon/indexer";
import { generateMarketplace, loadCatalogue, type Marketplace } from "@tenon/marketplace";

export interface FillOptions {
  readonly stores: IndexerStores;
  readonly seed: number;
  readonly adsMax: number;
  readonly nowMs: number;
  readonly onStep: (what: string) => void;
}

/** What was generated, as it was when the system was filled. */
export function marketplaceOf({ seed, adsMax, nowMs }: Pick<FillOptions, "seed" | "adsMax" | "nowMs">): Marketplace {
  return generateMarketplace(loadCatalogue(), { seed, adsMax, nowMs });
}

/** Whether handlers have a place in the feed: the last thing that filling does before it asks for a base. */
export async function isFilled({ cursors }: IndexerStores): Promise<boolean> {
  return (await cursors.claim(ARGUS_CONSUMER)).cursor !== undefined;
}

/** Does nothing to a system that was filled. One whose filling died is taken up again where that is sound, and named where not. */
export async function fill(options: FillOptions): Promise<void> {
  const { stores, seed, nowMs, onStep } = options;
  const { settings, adsDatabase, database, repo, cursors, runs } = stores;
  const marketplace = marketplaceOf(options);
  onStep(`loading ${marketplace.ads.length} ads of advertisers into their database`);
  await unlessDone("TENON1579", () => loadMarketplace(adsDatabase, marketplace, { seed, nowMs }));
  await unlessDone("TENON1580", () => createChangeLog({ url: settings.adsDatabaseUrl, slot: settings.slot }));
  const { cursor } = await firstLoad({
    ...{ adsDatabase, database, repo, handlers: ARGUS_HANDLERS },
    argus: { landingPages: { serviceUrl: settings.landingPagesUrl } },
    signals: marketplaceSignals(marketplace, { seed, observedAtMs: nowMs }) as never,
    onProgress: (what, done) => onStep(`indexing: ${done} ${what}`),
  });
  await cursors.begin(ARGUS_CONSUMER, cursor);
  await runs.ask({ workflow: "base-build" });
}

async function unlessDone(code: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof GraphError) || error.code !== code) throw error;
  }
}
