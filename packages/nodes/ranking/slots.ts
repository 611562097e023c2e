/** From candidates that may serve to calibrated click probabilities. */
import { columnSchema, featureSnapshotSchema, modelScoresSchema, slot } from "@tenon/graph-core";
import { retrievedAdsSchema } from "../retrieval/ad-columns.ts";
import { LIGHT_FEATURES, RANK_FEATURES } from "./features.ts";

export const LightFeatures = slot("lightFeatures", featureSnapshotSchema(LIGHT_FEATURES), {
  owner: "ads-ranking",
  purposeOf: "few features for many candidates, aligned with PacedAds",
});
export const LightScores = slot("lightScores", modelScoresSchema(), {
  owner: "ads-ranking",
  purposeOf: "cheap margins that decide who is ranked, aligned with PacedAds",
  unit: "log-odds",
});
export const TrimmedAds = slot("trimmedAds", retrievedAdsSchema, {
  owner: "ads-ranking",
  purposeOf: "the best candidates by light score",
});
export const RankFeatures = slot("rankFeatures", featureSnapshotSchema(RANK_FEATURES), {
  owner: "ads-ranking",
  purposeOf: "what the click model scores and the log holds, aligned with TrimmedAds",
});
export const ClickMargins = slot("clickMargins", modelScoresSchema(), {
  owner: "ads-ranking",
  purposeOf: "margins of the click model, aligned with TrimmedAds",
  unit: "log-odds",
});
export const ClickProbability = slot("clickProbability", columnSchema("f64", { of: TrimmedAds }), {
  owner: "ads-ranking",
  purposeOf: "calibrated probability of a click, aligned with TrimmedAds",
  unit: "probability",
});
