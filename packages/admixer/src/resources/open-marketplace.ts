/** What this host serves from until live feeds fill it: the marketplace, its index, its users and its vectors. */
import { type AdIndexHost, buildBase, openIndex } from "@tenon/ad-index";
import type { AdDocument, AdId, UserProfile } from "@tenon/ads-model";
import {
  type Catalogue,
  EMBEDDING_DIMENSIONS,
  generateMarketplace,
  generateRequests,
  generateUsers,
  loadCatalogue,
  openUsers,
  type RequestOptions,
} from "@tenon/marketplace";
import { bindData, bindModels, pseudonymsOf, userStoreOf } from "./bind-resources.ts";
import { BudgetTable, UnpacedState } from "./budget-table.ts";
import type { ClickModels } from "./click-models.ts";
import type { Policies } from "./policies.ts";
import { queryEmbeddings, unitVector } from "./query-embeddings.ts";
import { type AdParents, UserActionsTable } from "./user-actions-table.ts";

export interface MarketplaceSource {
  /** 32-bit seed of campaigns, users and requests. */
  readonly seed: number;
  /** At most this many ads; absent: all, about 55,000. */
  readonly adsMax?: number | undefined;
  readonly usersCount: number;
  /** Key of the pseudonyms in logs; never printed. */
  readonly pseudonymKey: string;
  readonly nowMs: () => number;
}

/** Everything that requests read and events change, wherever the ads come from. */
export interface ServedAds {
  readonly index: AdIndexHost;
  readonly actions: UserActionsTable;
  readonly budgets: BudgetTable;
  readonly catalogue: Catalogue;
  /** What an ad belongs to; `undefined` for an ad that is not served. */
  readonly parentsOf: (adId: AdId) => AdParents | undefined;
  /** Requests of these users over the real cities and vocabulary, ascending by time. */
  readonly sampleRequests: (options: RequestOptions) => ReturnType<typeof generateRequests>;
  /** Bindings of every resource of the ad-request graph. */
  readonly bindings: (
    models: ClickModels,
    policies: Policies,
  ) => ReturnType<typeof bindData> & ReturnType<typeof bindModels>;
}

/** The generated marketplace, held whole in memory. */
export interface OpenMarketplace extends ServedAds {
  readonly documents: ReadonlyMap<AdId, AdDocument>;
  readonly users: readonly UserProfile[];
  /** Bindings of every resource but the models: what a training run needs. */
  readonly dataBindings: (policies: Policies) => ReturnType<typeof bindData>;
  /** The vector of an ad; a view, not to be written. */
  readonly vectorOf: (adId: AdId) => Float32Array | undefined;
}

/** Loads the catalogue, generates campaigns and users, and builds the index: one to three seconds. */
export function openMarketplace(source: MarketplaceSource): OpenMarketplace {
  const { seed, adsMax, nowMs } = source;
  const catalogue = loadCatalogue();
  const marketplace = generateMarketplace(catalogue, { seed, nowMs: nowMs(), ...(adsMax !== undefined && { adsMax }) });
  const users = openUsers(catalogue, { seed, count: source.usersCount });
  let everybody: readonly UserProfile[] | undefined;
  const version = marketplace.documents[0]?.embedding.version ?? "none";
  const index = openIndex(
    buildBase(marketplace.documents, {
      embeddings: { version, dimensions: EMBEDDING_DIMENSIONS, rows: marketplace.embeddings },
      vectors: "lists",
    }),
  );
  const documents = new Map(marketplace.documents.map((document) => [document.adId, document]));
  const parentsOf = (adId: AdId) => documents.get(adId);
  const actions = new UserActionsTable(parentsOf, nowMs);
  const budgets = new BudgetTable(marketplace.documents, nowMs);
  const embeddings = queryEmbeddings(catalogue, version, unitVector(sumOf(marketplace.embeddings)));
  const parts = {
    index,
    actions,
    budgets,
    pacing: new UnpacedState(nowMs),
    userStore: userStoreOf(users),
    embeddings: () => embeddings,
    pseudonyms: pseudonymsOf(source.pseudonymKey),
  };
  return {
    index,
    documents,
    get users() {
      everybody ??= generateUsers(catalogue, { seed, count: source.usersCount });
      return everybody;
    },
    actions,
    budgets,
    sampleRequests: (options) => generateRequests(catalogue, users, options),
    dataBindings: (policies) => bindData(parts, policies),
    bindings: (models, policies) => ({ ...bindData(parts, policies), ...bindModels(models) }),
    catalogue,
    parentsOf,
    vectorOf: (adId) => {
      const row = documents.get(adId)?.embedding.row;
      return row === undefined
        ? undefined
        : marketplace.embeddings.subarray(row * EMBEDDING_DIMENSIONS, (row + 1) * EMBEDDING_DIMENSIONS);
    },
  };
}

function sumOf(rows: Float32Array): Float32Array {
  const sum = new Float32Array(EMBEDDING_DIMENSIONS);
  for (let at = 0; at < rows.length; at++) {
    const axis = at % EMBEDDING_DIMENSIONS;
    sum[axis] = (sum[axis] as number) + (rows[at] as number);
  }
  return sum;
}
