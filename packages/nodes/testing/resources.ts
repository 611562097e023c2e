/** Resources made of plain data, so that a golden file or a property states them completely. */
import { buildExactIndex } from "@tenon/ad-index";
import type { AdIndexSnapshot } from "@tenon/ad-index/api";
import { type AdDocument, AdDocumentSchema, type UserProfile } from "@tenon/ads-model";
import { F32Column, F64Column, type IdColumn, U8Column } from "@tenon/graph-core";
import { type BudgetState, type PacingState, STATE_KNOWN, STATE_UNKNOWN } from "../delivery/resources.ts";
import type { Embeddings, EntityCounts, Pseudonyms, UserActions, UserStore } from "../feature-expansion/resources.ts";

/** By campaign id; a campaign that is not listed is unknown. */
export interface BudgetFacts {
  readonly asOfMs: number;
  readonly campaigns: Readonly<
    Record<
      string,
      {
        readonly lifetimeRemainingMicros: number;
        readonly dailyRemainingMicros?: number;
        readonly inflightMicros?: number;
      }
    >
  >;
}

export function budgetStateOf({ asOfMs, campaigns }: BudgetFacts): BudgetState {
  return {
    remainingOf: ({ campaignIds }) => {
      const column = (value: (campaign: BudgetFacts["campaigns"][string]) => number): F64Column =>
        F64Column.fill(campaignIds.length, (row) => {
          const campaign = campaigns[campaignIds.at(row)];
          return campaign === undefined ? 0 : value(campaign);
        });
      return {
        asOfMs,
        status: statusOf(campaignIds, campaigns),
        lifetimeRemainingMicros: column((campaign) => campaign.lifetimeRemainingMicros),
        dailyRemainingMicros: column((campaign) => campaign.dailyRemainingMicros ?? Number.MAX_SAFE_INTEGER),
        inflightMicros: column((campaign) => campaign.inflightMicros ?? 0),
      };
    },
  };
}

/** Pass rates by campaign id; a campaign that is not listed is unknown. */
export interface PacingFacts {
  readonly asOfMs: number;
  readonly passRates: Readonly<Record<string, number>>;
}

export function pacingStateOf({ asOfMs, passRates }: PacingFacts): PacingState {
  return {
    ratesOf: ({ campaignIds }) => ({
      asOfMs,
      status: statusOf(campaignIds, passRates),
      passRate: F64Column.fill(campaignIds.length, (row) => passRates[campaignIds.at(row)] ?? 0),
    }),
  };
}

function statusOf(campaignIds: IdColumn, known: Readonly<Record<string, unknown>>): U8Column {
  return U8Column.fill(campaignIds.length, (row) =>
    String(campaignIds.at(row)) in known ? STATE_KNOWN : STATE_UNKNOWN,
  );
}

/** Profiles by user id. */
export function userStoreOf(profiles: Readonly<Record<string, UserProfile>>): UserStore {
  return { profile: async (userId) => profiles[userId] ?? null };
}

/** Counts by user id. */
export function userActionsOf(counts: Readonly<Record<string, readonly EntityCounts[]>>): UserActions {
  return { countsFor: async (userId) => ({ entities: counts[userId] ?? [] }) };
}

/** Readable, so not one-way: for tests only. */
export function pseudonymsOf({ prefix }: { readonly prefix: string }): Pseudonyms {
  return { of: (userId) => `${prefix}-${userId}` };
}

export interface EmbeddingFacts {
  readonly version: string;
  readonly words: Readonly<Record<string, readonly number[]>>;
  readonly interests: Readonly<Record<string, readonly number[]>>;
  readonly everybody: readonly number[];
}

export function embeddingsOf({ version, words, interests, everybody }: EmbeddingFacts): Embeddings {
  const dimensions = everybody.length;
  const sumOf = (
    parts: readonly { readonly vector: readonly number[] | undefined; readonly weight: number }[],
  ): F32Column => {
    const sum = Array.from({ length: dimensions }, (_, axis) =>
      parts.reduce((total, { vector, weight }) => total + weight * (vector?.[axis] ?? 0), 0),
    );
    const length = Math.hypot(...sum);
    return F32Column.from(length === 0 ? sum : sum.map((component) => component / length));
  };
  return {
    version,
    dimensions,
    ofWords: (given) => sumOf(given.map((word) => ({ vector: words[word], weight: 1 }))),
    knownWordCount: (given) => given.filter((word) => word in words).length,
    ofInterests: (given) =>
      sumOf(given.map(({ interest, affinity }) => ({ vector: interests[interest], weight: affinity }))),
    ofEverybody: F32Column.from(everybody),
  };
}

/** An ad of the index: its vector, and the fields that differ from an ordinary document's. */
export type IndexedAdFacts = Partial<Omit<AdDocument, "adId">> & {
  readonly adId: number;
  readonly vector: readonly number[];
};

/** The real exact index, holding these ads. */
export function adIndexOf({
  version,
  ads,
}: {
  readonly version: string;
  readonly ads: readonly IndexedAdFacts[];
}): AdIndexSnapshot {
  const dimensions = ads[0]?.vector.length ?? 1;
  const documents = ads.map(({ vector: _, ...facts }, row) => documentOf({ ...facts, embedding: { version, row } }));
  const rows = Float32Array.from(ads.flatMap(({ vector }) => vector));
  return buildExactIndex(documents, {
    embeddings: { version, dimensions, rows },
    name: "test",
    nowMs: () => 0,
  }).current();
}

function documentOf(facts: Omit<IndexedAdFacts, "vector">): AdDocument {
  const { adId } = facts;
  return AdDocumentSchema.parse({
    adGroupId: adId,
    campaignId: adId,
    advertiserId: adId,
    creativeId: adId,
    version: 1,
    updatedAtMs: 0,
    status: "active",
    creativeReview: "approved",
    policyReview: "approved",
    schedule: { startAtMs: 0, endAtMs: null },
    targeting: { whenMissing: "weak", conjunctions: [[]] },
    keywords: [],
    category: "brands/shop/shoes",
    objective: "clicks",
    bid: { pays: "perClick", bidMicros: 100_000 },
    floorMicros: 0,
    budget: { lifetime: { kind: "hardLifetime", capMicros: 1_000_000_000 }, daily: null, pacing: "even" },
    frequencyCaps: [],
    qualityScore: 0.5,
    popularity: 0.5,
    brand: `Brand ${adId}`,
    title: `Title ${adId}`,
    body: "",
    landingUrl: `https://shop.example/${adId}`,
    ...facts,
  });
}
