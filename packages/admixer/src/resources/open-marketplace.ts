/** What this host serves from until live feeds fill it: the marketplace, its index, its users and its vectors. */
import { createHmac } from "node:crypto";
import { type AdIndexHost, bindAdIndex, buildBase, openIndex } from "@tenon/ad-index";
import type { AdDocument, AdId, UserId, UserProfile } from "@tenon/ads-model";
import { bind, F32Column } from "@tenon/graph-core";
import {
  type Catalogue,
  categoryRows,
  EMBEDDING_DIMENSIONS,
  embedInterests,
  embedText,
  generateMarketplace,
  generateRequests,
  generateUsers,
  loadCatalogue,
  type RequestOptions,
} from "@tenon/marketplace";
import {
  AuctionPolicyResource,
  BlendingPolicyResource,
  BudgetPolicyResource,
  BudgetStateResource,
  CalibratorsResource,
  ClickModelResource,
  type Embeddings,
  EmbeddingsResource,
  FrequencyPolicyResource,
  LightModelResource,
  PacingStateResource,
  PolicyRulesResource,
  type Pseudonyms,
  PseudonymsResource,
  RankingPolicyResource,
  RequestPolicyResource,
  RetrievalPolicyResource,
  UserActionsResource,
  type UserStore,
  UserStoreResource,
} from "@tenon/nodes";
import { BudgetTable, UnpacedState } from "./budget-table.ts";
import type { ClickModels } from "./click-models.ts";
import type { Policies } from "./policies.ts";
import { UserActionsTable } from "./user-actions-table.ts";

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

/** Everything that requests read and events change. */
export interface OpenMarketplace {
  readonly index: AdIndexHost;
  readonly documents: ReadonlyMap<AdId, AdDocument>;
  readonly users: readonly UserProfile[];
  readonly actions: UserActionsTable;
  readonly budgets: BudgetTable;
  /** Requests of these users over the real cities and vocabulary, ascending by time. */
  readonly sampleRequests: (options: RequestOptions) => ReturnType<typeof generateRequests>;
  /** Bindings of every resource but the models: what a training run needs. */
  readonly dataBindings: (policies: Policies) => ReturnType<typeof bindData>;
  /** Bindings of every resource of the ad-request graph. */
  readonly bindings: (
    models: ClickModels,
    policies: Policies,
  ) => ReturnType<typeof bindData> & ReturnType<typeof bindModels>;
  readonly catalogue: Catalogue;
  /** The vector of an ad; a view, not to be written. */
  readonly vectorOf: (adId: AdId) => Float32Array | undefined;
}

/** Loads the catalogue, generates campaigns and users, and builds the index: one to three seconds. */
export function openMarketplace(source: MarketplaceSource): OpenMarketplace {
  const { seed, adsMax, nowMs } = source;
  const catalogue = loadCatalogue();
  const marketplace = generateMarketplace(catalogue, { seed, nowMs: nowMs(), ...(adsMax !== undefined && { adsMax }) });
  const users = generateUsers(catalogue, { seed, count: source.usersCount });
  const version = marketplace.documents[0]?.embedding.version ?? "none";
  const index = openIndex(
    buildBase(marketplace.documents, {
      embeddings: { version, dimensions: EMBEDDING_DIMENSIONS, rows: marketplace.embeddings },
      vectors: "lists",
    }),
  );
  const documents = new Map(marketplace.documents.map((document) => [document.adId, document]));
  const actions = new UserActionsTable((adId) => documents.get(adId), nowMs);
  const budgets = new BudgetTable(marketplace.documents, nowMs);
  const parts = {
    index,
    actions,
    budgets,
    pacing: new UnpacedState(nowMs),
    userStore: userStoreOf(users),
    embeddings: embeddingsOf(catalogue, version, marketplace.embeddings),
    pseudonyms: pseudonymsOf(source.pseudonymKey),
  };
  return {
    index,
    documents,
    users,
    actions,
    budgets,
    sampleRequests: (options) => generateRequests(catalogue, users, options),
    dataBindings: (policies) => bindData(parts, policies),
    bindings: (models, policies) => ({ ...bindData(parts, policies), ...bindModels(models) }),
    catalogue,
    vectorOf: (adId) => {
      const row = documents.get(adId)?.embedding.row;
      return row === undefined
        ? undefined
        : marketplace.embeddings.subarray(row * EMBEDDING_DIMENSIONS, (row + 1) * EMBEDDING_DIMENSIONS);
    },
  };
}

interface Parts {
  readonly index: AdIndexHost;
  readonly actions: UserActionsTable;
  readonly budgets: BudgetTable;
  readonly pacing: UnpacedState;
  readonly userStore: UserStore;
  readonly embeddings: Embeddings;
  readonly pseudonyms: Pseudonyms;
}

const versionOf = ({ version }: { readonly version: string }): string => version;

function bindModels(models: ClickModels) {
  return {
    lightModel: bind(LightModelResource, { value: models.light }, versionOf),
    clickModel: bind(ClickModelResource, { value: models.click }, versionOf),
    calibrators: bind(CalibratorsResource, { value: models.calibrators }, versionOf),
  };
}

function bindData(parts: Parts, policies: Policies) {
  const policyVersion = () => policies.version;
  return {
    userStore: bind(UserStoreResource, { value: parts.userStore }),
    userActions: bind(UserActionsResource, { value: parts.actions }),
    budgetState: bind(BudgetStateResource, { value: parts.budgets }),
    pacingState: bind(PacingStateResource, { value: parts.pacing }),
    adIndex: bindAdIndex(parts.index),
    embeddings: bind(EmbeddingsResource, { value: parts.embeddings }, versionOf),
    pseudonyms: bind(PseudonymsResource, { value: parts.pseudonyms }),
    requestPolicy: bind(RequestPolicyResource, { value: policies.request }, policyVersion),
    retrievalPolicy: bind(RetrievalPolicyResource, { value: policies.retrieval }, policyVersion),
    frequencyPolicy: bind(FrequencyPolicyResource, { value: policies.frequency }, policyVersion),
    policyRules: bind(PolicyRulesResource, { value: policies.rules }, policyVersion),
    budgetPolicy: bind(BudgetPolicyResource, { value: policies.budget }, policyVersion),
    rankingPolicy: bind(RankingPolicyResource, { value: policies.ranking }, policyVersion),
    auctionPolicy: bind(AuctionPolicyResource, { value: policies.auction }, policyVersion),
    blendingPolicy: bind(BlendingPolicyResource, { value: policies.blending }, policyVersion),
  };
}

function userStoreOf(users: readonly UserProfile[]): UserStore {
  const profiles = new Map<UserId, UserProfile>(users.map((user) => [user.userId, user]));
  return {
    profile: (userId, signal) =>
      signal.aborted ? Promise.reject(signal.reason) : Promise.resolve(profiles.get(userId) ?? null),
  };
}

function embeddingsOf(catalogue: Catalogue, version: string, rows: Float32Array): Embeddings {
  const rowOfCategory = categoryRows(catalogue);
  const ofInterests = (interests: UserProfile["interests"]) =>
    F32Column.from(embedInterests(catalogue, interests, rowOfCategory));
  // Asked for each category of each request's candidates: at most one column per category of the catalogue.
  const ofCategory = new Map(
    [...rowOfCategory.keys()].map((interest) => [interest, ofInterests([{ interest, affinity: 1 }])]),
  );
  return {
    version,
    dimensions: EMBEDDING_DIMENSIONS,
    ofWords: (words) => F32Column.from(embedText(catalogue, words)),
    knownWordCount: (words) => words.filter((word) => catalogue.wordVectors.rowOf.has(word)).length,
    ofInterests: (interests) => {
      const [first] = interests;
      const known = interests.length === 1 && first?.affinity === 1 ? ofCategory.get(first.interest) : undefined;
      return known ?? ofInterests(interests);
    },
    ofEverybody: F32Column.from(meanDirection(rows)),
  };
}

/** The mean of all vectors, scaled to length 1: where the marketplace as a whole points. */
function meanDirection(rows: Float32Array): Float32Array {
  const sum = new Float32Array(EMBEDDING_DIMENSIONS);
  for (let at = 0; at < rows.length; at++) {
    const axis = at % EMBEDDING_DIMENSIONS;
    sum[axis] = (sum[axis] as number) + (rows[at] as number);
  }
  const length = Math.hypot(...sum);
  return length === 0 ? sum : sum.map((component) => component / length);
}

/** Keyed and one-way (HMAC-SHA-256, RFC 2104): without the key a pseudonym leads nowhere. */
function pseudonymsOf(key: string): Pseudonyms {
  return { of: (userId) => createHmac("sha256", key).update(userId).digest("base64url") };
}
