/**
 * The pinned policies of this host, one place to read them. Each is a resource that nodes read by name; the version of
 * the whole file stands in recordings, so a replay knows which numbers decided.
 */
import type {
  AuctionPolicy,
  BlendingPolicy,
  BudgetPolicy,
  FrequencyPolicy,
  PolicyRules,
  RankingPolicy,
  RequestPolicy,
  RetrievalPolicy,
} from "@tenon/nodes";

export interface Policies {
  readonly version: string;
  readonly request: RequestPolicy;
  readonly retrieval: RetrievalPolicy;
  readonly frequency: FrequencyPolicy;
  readonly rules: PolicyRules;
  readonly budget: BudgetPolicy;
  readonly ranking: RankingPolicy;
  readonly auction: AuctionPolicy;
  readonly blending: BlendingPolicy;
}

/** An ad that is clicked for certain, of the best quality and exactly on the topic is worth 1: as much as the best organic item. */
const UTILITY_WEIGHTS = { clickProbabilityWeight: 0.4, qualityWeight: 0.3, relevanceWeight: 0.3 } as const;

/** Change the version with any number below. */
export const POLICIES: Policies = {
  version: "2026-11-22",
  request: { adSlotsMax: { homeFeed: 8, search: 4, related: 6 } },
  // Together a little over what is ranked: each source brings what the others miss.
  retrieval: {
    vectorAdsMax: 600,
    vectorAdsMin: 60,
    keywordAdsMax: 200,
    keywordAdsMin: 20,
    explorationAdsMax: 20,
    searchBudgetMs: 20,
    shadowShare: 0.001,
  },
  frequency: {
    caps: [
      { level: "ad", windowDays: 1, impressionsMax: 3 as never },
      { level: "campaign", windowDays: 7, impressionsMax: 20 as never },
    ],
    // Ads with a cap of their own promise it to their advertiser: without a count the promise cannot be kept.
    unknownUser: "serve",
    countsUnavailable: "drop",
  },
  rules: { rules: [] },
  budget: { stateAgeMaxMs: 60_000 },
  ranking: { rankedAdsMax: 500, rankedAdsMin: 50 },
  auction: {
    version: "2026-11-22",
    reserveDepth: 4,
    surfaces: {
      homeFeed: {
        mechanism: "generalisedSecondPrice",
        reserveEcpmMicros: 300_000,
        floorToleranceMicros: 5_000,
        qualityWeightMicros: 200_000,
        slotFactors: [1, 0.85, 0.72, 0.61, 0.52, 0.44, 0.37, 0.31],
        adsPerCategoryMax: 2,
      },
      search: {
        mechanism: "vcg",
        reserveEcpmMicros: 500_000,
        floorToleranceMicros: 5_000,
        qualityWeightMicros: 400_000,
        slotFactors: [1, 0.7, 0.5, 0.35],
        adsPerCategoryMax: 4,
      },
      related: {
        mechanism: "firstPrice",
        reserveEcpmMicros: 200_000,
        floorToleranceMicros: 5_000,
        qualityWeightMicros: 200_000,
        slotFactors: [1, 0.9, 0.8, 0.7, 0.6, 0.5],
        adsPerCategoryMax: 2,
      },
    },
  },
  blending: {
    version: "2026-11-22",
    surfaces: {
      homeFeed: { topSlot: 1, gapMin: 2, lambdaMicros: 400_000, ...UTILITY_WEIGHTS },
      search: { topSlot: 0, gapMin: 1, lambdaMicros: 200_000, ...UTILITY_WEIGHTS },
      related: { topSlot: 1, gapMin: 1, lambdaMicros: 400_000, ...UTILITY_WEIGHTS },
    },
  },
};
