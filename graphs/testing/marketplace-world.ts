/**
 * The resources of the ad-request graph over a small part of the marketplace: real index, real vectors, real targeting;
 * stores, budgets and pacing as plain tables that a test can change.
 */
import { hash } from "node:crypto";
import { type AdIndexReads, buildBase, openIndex } from "@tenon/ad-index";
import type { AdmittedRequest, UserProfile } from "@tenon/ads-model";
import { bind, F32Column, F64Column, U8Column } from "@tenon/graph-core";
import {
  categoryRows,
  EMBEDDING_DIMENSIONS,
  embedInterests,
  embedText,
  generateMarketplace,
  generateRequests,
  generateUsers,
  loadCatalogue,
  MARKETPLACE_NOW_MS,
} from "@tenon/marketplace";
import {
  AdIndexResource,
  BudgetPolicyResource,
  type BudgetState,
  BudgetStateResource,
  type Embeddings,
  EmbeddingsResource,
  type EntityCounts,
  type FrequencyPolicy,
  FrequencyPolicyResource,
  PacingStateResource,
  type PolicyRules,
  PolicyRulesResource,
  PseudonymsResource,
  RequestPolicyResource,
  type RetrievalPolicy,
  RetrievalPolicyResource,
  STATE_KNOWN,
  STATE_UNKNOWN,
  UserActionsResource,
  UserStoreResource,
} from "@tenon/nodes";
import { type RankingWorld, rankingResources } from "./ranking-world.ts";

export const NOW_MS = MARKETPLACE_NOW_MS;
const SEED = 7;
const ADS_MAX = 3_000;
const USERS = 200;

const catalogue = loadCatalogue();
const marketplace = generateMarketplace(catalogue, { seed: SEED, adsMax: ADS_MAX });
export const users: readonly UserProfile[] = generateUsers(catalogue, { seed: SEED, count: USERS });

/** The first requests of the marketplace's day, as a host admits them. */
export function requestsOf(count: number): readonly AdmittedRequest[] {
  const requests = generateRequests(catalogue, users, { seed: SEED, count });
  return requests.map((request, row) => ({ ...request, requestId: `request-${row}` }) as AdmittedRequest);
}

const embeddingVersion = marketplace.documents[0]?.embedding.version ?? "none";
const index = openIndex(
  buildBase(marketplace.documents, {
    embeddings: { version: embeddingVersion, dimensions: EMBEDDING_DIMENSIONS, rows: marketplace.embeddings },
    vectors: "lists",
  }),
);

const rowOfCategory = categoryRows(catalogue);
const embeddings: Embeddings = {
  version: embeddingVersion,
  dimensions: EMBEDDING_DIMENSIONS,
  ofWords: (words) => F32Column.from(embedText(catalogue, words)),
  knownWordCount: (words) => words.filter((word) => catalogue.wordVectors.rowOf.has(word)).length,
  ofInterests: (interests) => F32Column.from(embedInterests(catalogue, interests, rowOfCategory)),
  ofEverybody: F32Column.from(meanDirection(marketplace.embeddings)),
};

/** The mean of all ads, scaled to length 1. */
function meanDirection(rows: Float32Array): Float32Array {
  const sum = new Float32Array(EMBEDDING_DIMENSIONS);
  for (let at = 0; at < rows.length; at++)
    sum[at % EMBEDDING_DIMENSIONS] = (sum[at % EMBEDDING_DIMENSIONS] ?? 0) + (rows[at] ?? 0);
  const length = Math.hypot(...sum);
  return sum.map((component) => component / length);
}

/** What a test may change; the default lets everything through. */
export interface World extends RankingWorld {
  /** Counts by user id; a user who is not listed has seen nothing. */
  readonly counts?: Readonly<Record<string, readonly EntityCounts[]>>;
  /** Micros left by campaign id; `undefined` is a campaign that the feed does not know. Default: a fortune for each. */
  readonly remainingMicros?: (campaignId: number) => number | undefined;
  /** Pass rate by campaign id. Default 1. */
  readonly passRate?: (campaignId: number) => number;
  readonly frequencyPolicy?: FrequencyPolicy;
  readonly policyRules?: PolicyRules;
  readonly retrievalPolicy?: RetrievalPolicy;
  /** Stands before the reads of the records that are shown. */
  readonly wrapRecords?: (read: AdIndexReads["forwardRecords"]) => AdIndexReads["forwardRecords"];
  /** Told about each read of a personal store. */
  readonly onPersonalRead?: (userId: string) => void;
  /** Stands between the stores and the run: a schedule that holds answers back. */
  readonly hold?: <Value>(answer: () => Value) => Promise<Awaited<Value>>;
}

/** Every filter has something to drop: budgets unknown and used up, pacing at half and at nothing, a forbidden category. */
export const HARSH: World = {
  remainingMicros: (campaignId) => (campaignId % 5 === 0 ? undefined : campaignId % 7 === 0 ? 0 : 1e9),
  passRate: (campaignId) => (campaignId % 3) / 2,
  policyRules: { rules: [{ name: "no-food", categoryPrefix: "brands/amenity" }] },
};

const PLENTY_MICROS = 1e12;

/** Bindings of every resource for an executor. */
export function resourcesOf(world: World = {}) {
  const { hold = async <Value>(answer: () => Value) => answer() as Awaited<Value> } = world;
  const profiles = new Map<string, UserProfile>(users.map((user) => [user.userId, user]));
  const personal = <Value>(userId: string, answer: () => Value) => {
    world.onPersonalRead?.(userId);
    return hold(answer);
  };
  return {
    ...rankingResources(world),
    userStore: bind(UserStoreResource, {
      value: { profile: (userId) => personal(userId, () => profiles.get(userId) ?? null) },
    }),
    userActions: bind(UserActionsResource, {
      value: { countsFor: (userId) => personal(userId, () => ({ entities: world.counts?.[userId] ?? [] })) },
    }),
    embeddings: bind(EmbeddingsResource, { value: embeddings }, ({ version }) => version),
    pseudonyms: bind(PseudonymsResource, { value: { of: (userId) => hash("sha256", `test key ${userId}`) } }),
    requestPolicy: bind(RequestPolicyResource, { value: { adSlotsMax: { homeFeed: 8, search: 4, related: 6 } } }),
    adIndex: bind(AdIndexResource, { current: () => indexOf(world) }),
    retrievalPolicy: bind(RetrievalPolicyResource, { value: world.retrievalPolicy ?? RETRIEVAL_POLICY }),
    policyRules: bind(PolicyRulesResource, { value: world.policyRules ?? { rules: [] } }),
    frequencyPolicy: bind(FrequencyPolicyResource, {
      value: world.frequencyPolicy ?? { caps: [], unknownUser: "serve", countsUnavailable: "serve" },
    }),
    budgetState: bind(BudgetStateResource, { value: budgetState(world) }),
    budgetPolicy: bind(BudgetPolicyResource, { value: { stateAgeMaxMs: 60_000 } }),
    pacingState: bind(PacingStateResource, {
      value: {
        ratesOf: ({ campaignIds }) => ({
          asOfMs: NOW_MS,
          status: U8Column.fill(campaignIds.length, () => STATE_KNOWN),
          passRate: F64Column.fill(campaignIds.length, (row) => world.passRate?.(campaignIds.at(row)) ?? 1),
        }),
      },
    }),
  };
}

/** The index with another way to read records, where the world says so. */
function indexOf({ wrapRecords }: World): AdIndexReads {
  const current = index.current();
  if (wrapRecords === undefined) return current;
  return {
    matchTargeting: (filter) => current.matchTargeting(filter),
    searchVectors: (query) => current.searchVectors(query),
    searchKeywords: (query) => current.searchKeywords(query),
    eligibilityOf: (query) => current.eligibilityOf(query),
    forwardColumns: (query) => current.forwardColumns(query),
    forwardRecords: wrapRecords((ids, signal) => current.forwardRecords(ids, signal)),
  };
}

const RETRIEVAL_POLICY: RetrievalPolicy = {
  vectorAdsMax: 200,
  vectorAdsMin: 20,
  keywordAdsMax: 100,
  keywordAdsMin: 10,
  explorationAdsMax: 20,
  searchBudgetMs: 10_000,
  shadowShare: 0,
};

function budgetState({ remainingMicros = () => PLENTY_MICROS }: World): BudgetState {
  return {
    remainingOf: ({ campaignIds }) => {
      const remaining = (row: number) => remainingMicros(campaignIds.at(row));
      return {
        asOfMs: NOW_MS,
        status: U8Column.fill(campaignIds.length, (row) =>
          remaining(row) === undefined ? STATE_UNKNOWN : STATE_KNOWN,
        ),
        lifetimeRemainingMicros: F64Column.fill(campaignIds.length, (row) => remaining(row) ?? 0),
        dailyRemainingMicros: F64Column.fill(campaignIds.length, () => Number.MAX_SAFE_INTEGER),
        inflightMicros: F64Column.fill(campaignIds.length, () => 0),
      };
    },
  };
}
