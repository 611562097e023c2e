import { FeatureSnapshotBuilder, map } from "@tenon/graph-core";
import { LIGHT_FEATURES } from "../features.ts";
import { COUNT_STATUS } from "../shared/count-status.ts";
import { countsAt, foundBy, rowsIn, scoreFrom } from "../shared/feature-columns.ts";
import { SURFACE_WORDS } from "../vocabulary.ts";
import { assembleLightFeaturesContract } from "./assemble-light-features.contract.ts";

export const assembleLightFeatures = map({
  ...assembleLightFeaturesContract,
  run: ({ pacedAds, allowedAds, adCounts, categoryMatch, normalRequest }) => {
    const sources = pacedAds.column("sources");
    const builder = new FeatureSnapshotBuilder(LIGHT_FEATURES, pacedAds.size)
      .setColumn("vectorScore", scoreFrom(pacedAds.column("vectorScore"), sources, "vector"))
      .setColumn("keywordScore", scoreFrom(pacedAds.column("keywordScore"), sources, "keyword"))
      .setColumn("foundForExploration", foundBy(sources, "exploration"))
      .setColumn("qualityScore", pacedAds.column("qualityScore"))
      .setColumn("popularity", pacedAds.column("popularity"))
      .setScalar("surface", SURFACE_WORDS.codeOf(normalRequest.surface));
    if (categoryMatch.interestCosine !== null) builder.setColumn("interestMatch", categoryMatch.interestCosine);
    if (adCounts.status === "known") {
      const impressions = countsAt(adCounts.campaignImpressionsPer7Days, rowsIn(allowedAds, pacedAds));
      builder.setColumn("campaignImpressionsPer7Days", impressions);
    } else {
      builder.setScalar("campaignImpressionsPer7Days", undefined, COUNT_STATUS[adCounts.status]);
    }
    return { lightFeatures: builder.build() };
  },
});
