/** From candidates that may serve to calibrated click probabilities. */
import { MARGIN_TOLERANCE, SCORE_TOLERANCE } from "@tenon/ads-model";
import { columnSchema, featureSnapshotSchema, modelScoresSchema, slot } from "@tenon/graph-core";
import { z } from "zod";
import { PacedAds } from "../delivery/slots.ts";
import { retrievedAdsSchema } from "../retrieval/ad-columns.ts";
import { LIGHT_FEATURES, RANK_FEATURES } from "./features.ts";

const cosines = columnSchema("f64", { of: PacedAds }).nullable();

export const CategoryMatch = slot(
  "categoryMatch",
  z.strictObject({
    /** Null when no interest of the user is known. */
    interestCosine: cosines,
    /** Null without a query, and when none of its words is known. */
    queryCosine: cosines,
  }),
  {
    owner: "ads-ranking",
    purposeOf:
      "how near the ad's category is to interests and query, whichever source brought the ad; aligned with PacedAds",
    unit: "cosine",
  },
);

export const LightFeatures = slot("lightFeatures", featureSnapshotSchema(LIGHT_FEATURES), {
  owner: "ads-ranking",
  purposeOf: "few features for many candidates, aligned with PacedAds",
});
export const LightScores = slot("lightScores", modelScoresSchema().meta(MARGIN_TOLERANCE), {
  owner: "ads-ranking",
  purposeOf: "cheap margins that decide who is ranked, aligned with PacedAds",
  unit: "log-odds",
});
export const TrimmedAds = slot("trimmedAds", retrievedAdsSchema, {
  owner: "ads-ranking",
  purposeOf: "the candidates whose bid is worth most at the light click probability",
});
export const RankFeatures = slot("rankFeatures", featureSnapshotSchema(RANK_FEATURES), {
  owner: "ads-ranking",
  purposeOf: "what the click model scores and the log holds, aligned with TrimmedAds",
});
export const ClickMargins = slot("clickMargins", modelScoresSchema().meta(MARGIN_TOLERANCE), {
  owner: "ads-ranking",
  purposeOf: "margins of the click model, aligned with TrimmedAds",
  unit: "log-odds",
});
export const ClickProbability = slot(
  "clickProbability",
  columnSchema("f64", { of: TrimmedAds }).meta(SCORE_TOLERANCE),
  {
    owner: "ads-ranking",
    purposeOf: "calibrated probability of a click, aligned with TrimmedAds",
    unit: "probability",
  },
);
