/** Models and policies of ranking, auction and blending for tests of whole graphs: hand-set weights, stated completely. */
import {
  bind,
  F64Column,
  type FeatureSchema,
  type FeatureSnapshot,
  type ModelManifest,
  ModelScores,
} from "@tenon/graph-core";
import {
  type AuctionPolicy,
  AuctionPolicyResource,
  type BlendingPolicy,
  BlendingPolicyResource,
  CalibratorsResource,
  type ClickCalibrators,
  ClickModelResource,
  LIGHT_FEATURES,
  LightModelResource,
  RANK_FEATURES,
  type RankingPolicy,
  RankingPolicyResource,
  type ScoringModel,
} from "@tenon/nodes";

/** Log-odds of a click on an ad of which nothing speaks: about 1 in 100. */
const BASE_MARGIN = -4.6;

/** A weighted sum of features; a missing one counts as 0. */
function linearModel(name: string, schema: FeatureSchema, weights: Readonly<Record<string, number>>): ScoringModel {
  const version = `${name}@test`;
  const features = Object.keys(weights);
  const manifest: ModelManifest = {
    version,
    featureSchemaFingerprint: schema.fingerprint,
    features,
    dictionaries: {},
  };
  const margin = (snapshot: FeatureSnapshot, row: number): number =>
    features.reduce((sum, feature) => {
      const value = snapshot.valueAt(feature, row);
      return Number.isNaN(value) ? sum : sum + (weights[feature] ?? 0) * value;
    }, BASE_MARGIN);
  return {
    version,
    manifest,
    score: (snapshot) =>
      ModelScores.of(snapshot, {
        modelVersion: version,
        margins: F64Column.fill(snapshot.rowCount, (row) => margin(snapshot, row)),
      }),
  };
}

const lightModel = linearModel("light", LIGHT_FEATURES, { vectorScore: 1, keywordScore: 0.1, qualityScore: 1 });
const clickModel = linearModel("click", RANK_FEATURES, {
  vectorScore: 1,
  keywordScore: 0.1,
  qualityScore: 1,
  interestMatch: 1,
  fatigueRatio: -0.05,
});

const calibrators: ClickCalibrators = {
  version: "calibrators@test",
  modelVersion: clickModel.version,
  probabilities: (_surface, { margins }) =>
    F64Column.fill(margins.length, (row) => 1 / (1 + Math.exp(-margins.at(row)))),
};

const RANKING_POLICY: RankingPolicy = { rankedAdsMax: 100, rankedAdsMin: 20 };

const SURFACE_AUCTION = {
  mechanism: "generalisedSecondPrice",
  reserveEcpmMicros: 100_000,
  floorToleranceMicros: 5_000,
  qualityWeightMicros: 500_000,
  slotFactors: [1, 0.8, 0.6, 0.5],
  adsPerCategoryMax: 3,
} as const;
const AUCTION_POLICY: AuctionPolicy = {
  version: "auction@test",
  surfaces: { homeFeed: SURFACE_AUCTION, search: { ...SURFACE_AUCTION, mechanism: "vcg" }, related: SURFACE_AUCTION },
  reserveDepth: 4,
};

const SURFACE_BLENDING = {
  topSlot: 1,
  gapMin: 2,
  lambdaMicros: 100_000,
  clickProbabilityWeight: 0.4,
  qualityWeight: 0.3,
  relevanceWeight: 0.3,
} as const;
const BLENDING_POLICY: BlendingPolicy = {
  version: "blending@test",
  surfaces: { homeFeed: SURFACE_BLENDING, search: { ...SURFACE_BLENDING, topSlot: 0 }, related: SURFACE_BLENDING },
};

/** Bindings of every resource behind retrieval and delivery. */
export function rankingResources() {
  return {
    lightModel: bind(LightModelResource, { value: lightModel }, ({ version }) => version),
    clickModel: bind(ClickModelResource, { value: clickModel }, ({ version }) => version),
    calibrators: bind(CalibratorsResource, { value: calibrators }, ({ version }) => version),
    rankingPolicy: bind(RankingPolicyResource, { value: RANKING_POLICY }),
    auctionPolicy: bind(AuctionPolicyResource, { value: AUCTION_POLICY }, ({ version }) => version),
    blendingPolicy: bind(BlendingPolicyResource, { value: BLENDING_POLICY }, ({ version }) => version),
  };
}
