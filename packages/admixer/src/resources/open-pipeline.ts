/** What a host serves from the pipeline: ads of the index feed; users, vectors of words and sample requests of the marketplace. */
import { buildBase, openIndex } from "@tenon/ad-index";
import { openObjectStore } from "@tenon/ad-index/publish";
import type { AdGroupId, AdId, AdvertiserId, CampaignId } from "@tenon/ads-model";
import type { EventLog } from "@tenon/event-log/api";
import { F32Column, type HostClock, IdColumn } from "@tenon/graph-core";
import { EMBEDDING_DIMENSIONS, generateRequests, loadCatalogue, openUsers } from "@tenon/marketplace";
import type { Settings } from "../config/settings.ts";
import { IndexFeed } from "../index-feed/index-feed.ts";
import { openLog } from "../index-feed/open-log.ts";
import { bindData, bindModels, pseudonymsOf, userStoreOf } from "./bind-resources.ts";
import { BudgetTable, UnpacedState } from "./budget-table.ts";
import type { ServedAds } from "./open-marketplace.ts";
import { queryEmbeddings, unitVector } from "./query-embeddings.ts";
import { type AdParents, UserActionsTable } from "./user-actions-table.ts";

export interface PipelineSource {
  readonly settings: Settings;
  readonly clock: HostClock;
  /** Key of the pseudonyms in logs; never printed. */
  readonly pseudonymKey: string;
  /** Instead of the log that the settings name; the feed closes it. */
  readonly log?: EventLog | undefined;
  readonly onTrouble: (message: string, error: unknown) => void;
}

export interface OpenPipeline {
  readonly ads: ServedAds;
  readonly feed: IndexFeed;
  /** Milliseconds of the parts of the start. */
  readonly startMs: Readonly<Record<string, number>>;
}

/** Name of the index before the first base. */
const NO_BASE = "empty";
const PARENTS = ["advertiserId", "campaignId", "adGroupId"] as const;

/**
 * Opens the published base and follows the log; nothing is left open when it fails.
 *
 * @throws GraphError what the object store, the base or the log fail with
 */
export async function openPipeline({ settings, clock, ...source }: PipelineSource): Promise<OpenPipeline> {
  const times = stopwatch();
  const catalogue = loadCatalogue();
  times.lap("catalogue");
  const users = openUsers(catalogue, { seed: settings.seed, count: settings.usersCount });
  const { version } = catalogue;
  const empty = { embeddings: { version, dimensions: EMBEDDING_DIMENSIONS, rows: new Float32Array(0) }, name: NO_BASE };
  const index = openIndex(buildBase([], empty));
  if (settings.indexServing === "baseOnly") index.serveBaseOnly(true);
  const budgets = new BudgetTable([], clock.nowMs);
  const nobody = new Float32Array(EMBEDDING_DIMENSIONS);
  let embeddings = queryEmbeddings(catalogue, version, nobody);
  // Looks at its address only; after it nothing stands between an open log and its feed.
  const store = openObjectStore(settings.indexStore as string, process.env);
  const log = source.log ?? (await openLog(settings.indexLog as string, clock));
  times.lap("log");
  const feed = new IndexFeed({
    ...{ index, budgets, clock, log, embeddingVersion: version, onTrouble: source.onTrouble },
    ...{ store },
    cacheFolder: settings.indexCacheFolder as string,
    pollMs: settings.basePollMs,
    shard: settings.indexShard,
    withoutBase: settings.indexWithoutBase,
    onBase: (base) => {
      embeddings = { ...embeddings, ofEverybody: F32Column.from(unitVector(base.meanVector())) };
    },
  });
  try {
    await feed.start();
  } catch (error) {
    await feed.stop();
    throw error;
  }
  const parentsOf = (adId: AdId): AdParents | undefined => {
    const { missingCount, columns } = index.current().forwardColumns({ ids: IdColumn.from([adId]), columns: PARENTS });
    if (missingCount > 0) return undefined;
    return {
      advertiserId: columns.advertiserId.at(0) as AdvertiserId,
      campaignId: columns.campaignId.at(0) as CampaignId,
      adGroupId: columns.adGroupId.at(0) as AdGroupId,
    };
  };
  const parts = {
    index,
    actions: new UserActionsTable(parentsOf, clock.nowMs),
    budgets,
    pacing: new UnpacedState(clock.nowMs),
    userStore: userStoreOf(users),
    embeddings: () => embeddings,
    pseudonyms: pseudonymsOf(source.pseudonymKey),
  };
  return {
    feed,
    startMs: { ...times.laps, ...feed.startMs },
    ads: {
      index,
      actions: parts.actions,
      budgets,
      catalogue,
      parentsOf,
      sampleRequests: (options) => generateRequests(catalogue, users, options),
      bindings: (models, policies) => ({ ...bindData(parts, policies), ...bindModels(models) }),
    },
  };
}

function stopwatch() {
  const laps: Record<string, number> = {};
  let lastMs = performance.now();
  const lap = (name: string): void => {
    const nowMs = performance.now();
    laps[name] = nowMs - lastMs;
    lastMs = nowMs;
  };
  return { laps, lap };
}
