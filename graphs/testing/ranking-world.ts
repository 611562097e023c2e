/** Models and policies of ranking, auction and blending for tests of whole graphs, stated completely. */
import { bind } from "@tenon/graph-core";
import {
  type AuctionPolicy,
  AuctionPolicyResource,
  type BlendingPolicy,
  BlendingPolicyResource,
  CalibratorsResource,
  ClickModelResource,
  LightModelResource,
  type RankingPolicy,
  RankingPolicyResource,
} from "@tenon/nodes";
import { calibrators, clickModel, lightModel } from "./click-models.ts";

/** What a test may change. */
export interface RankingWorld {
  readonly rankingPolicy?: RankingPolicy;
  readonly auctionPolicy?: AuctionPolicy;
  readonly blendingPolicy?: BlendingPolicy;
}

/** About two thirds of what retrieval finds, so that trimming has something to do. */
const RANKING_POLICY: RankingPolicy = { rankedAdsMax: 150, rankedAdsMin: 20 };

const AUCTION = {
  floorToleranceMicros: 5_000,
  qualityWeightMicros: 200_000,
  reserveEcpmMicros: 300_000,
  slotFactors: [1, 0.85, 0.72, 0.61],
  adsPerCategoryMax: 2,
} as const;
/** Every mechanism has a surface. */
const AUCTION_POLICY: AuctionPolicy = {
  version: "auction@test",
  reserveDepth: 3,
  surfaces: {
    homeFeed: { ...AUCTION, mechanism: "generalisedSecondPrice" },
    search: { ...AUCTION, mechanism: "vcg" },
    related: { ...AUCTION, mechanism: "firstPrice" },
  },
};

const BLENDING = {
  topSlot: 1,
  gapMin: 2,
  lambdaMicros: 5_000_000,
  clickProbabilityWeight: 2,
  qualityWeight: 0.5,
  relevanceWeight: 0.5,
} as const;
const BLENDING_POLICY: BlendingPolicy = {
  version: "blending@test",
  surfaces: { homeFeed: BLENDING, search: { ...BLENDING, topSlot: 0 }, related: BLENDING },
};

/** Bindings of every resource behind retrieval and delivery. */
export function rankingResources({
  rankingPolicy = RANKING_POLICY,
  auctionPolicy = AUCTION_POLICY,
  blendingPolicy = BLENDING_POLICY,
}: RankingWorld = {}) {
  return {
    lightModel: bind(LightModelResource, { value: lightModel }, ({ version }) => version),
    clickModel: bind(ClickModelResource, { value: clickModel }, ({ version }) => version),
    calibrators: bind(CalibratorsResource, { value: calibrators }, ({ version }) => version),
    rankingPolicy: bind(RankingPolicyResource, { value: rankingPolicy }),
    auctionPolicy: bind(AuctionPolicyResource, { value: auctionPolicy }, ({ version }) => version),
    blendingPolicy: bind(BlendingPolicyResource, { value: blendingPolicy }, ({ version }) => version),
  };
}
