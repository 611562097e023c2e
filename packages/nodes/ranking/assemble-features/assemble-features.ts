import { FeatureSnapshotBuilder, map, type ValueOf } from "@tenon/graph-core";
import type { NormalRequest, RequestContext } from "../../feature-expansion/slots.ts";
import { RANK_FEATURES } from "../features.ts";
import { ageDays, categoryColumns, objectiveColumn, offerColumns } from "../shared/ad-feature-columns.ts";
import { setCounts } from "../shared/count-features.ts";
import { foundBy, rowsIn, scoreFrom } from "../shared/feature-columns.ts";
import { advertiserShare, categoryAffinity, userClickRate } from "../shared/user-feature-columns.ts";
import { COUNTRY_WORDS, DEVICE_WORDS, dayPartCode, SURFACE_WORDS } from "../vocabulary.ts";
import { assembleFeaturesContract } from "./assemble-features.contract.ts";

/** Every value in the snapshot is what the model reads and the log holds. Columns are written by plain loops: no object and no callback per value. */
export const assembleFeatures = map({
  ...assembleFeaturesContract,
  run: (inputs, { clock }) => {
    const { trimmedAds, pacedAds, categoryMatch, allowedAds, adCounts, normalRequest, requestContext, targetingUser } =
      inputs;
    const sources = trimmedAds.column("sources");
    const category = trimmedAds.column("category");
    const { categoryKind, categoryBucket } = categoryColumns(category);
    const { bidLog, paysPerClick } = offerColumns(trimmedAds);
    const builder = new FeatureSnapshotBuilder(RANK_FEATURES, trimmedAds.size)
      .setColumn("vectorScore", scoreFrom(trimmedAds.column("vectorScore"), sources, "vector"))
      .setColumn("keywordScore", scoreFrom(trimmedAds.column("keywordScore"), sources, "keyword"))
      .setColumn("foundByVector", foundBy(sources, "vector"))
      .setColumn("foundByKeyword", foundBy(sources, "keyword"))
      .setColumn("foundForExploration", foundBy(sources, "exploration"))
      .setColumn("qualityScore", trimmedAds.column("qualityScore"))
      .setColumn("popularity", trimmedAds.column("popularity"))
      .setColumn("adAgeDays", ageDays(trimmedAds.column("startAtMs"), clock.nowMs))
      .setColumn("objective", objectiveColumn(trimmedAds.column("objective")))
      .setColumn("categoryKind", categoryKind)
      .setColumn("categoryBucket", categoryBucket)
      .setColumn("advertiserShare", advertiserShare(trimmedAds.column("advertiserId")))
      .setColumn("bidLog", bidLog)
      .setColumn("paysPerClick", paysPerClick);
    if (categoryMatch.interestCosine !== null) {
      builder.setColumn("interestMatch", trimmedAds.align(categoryMatch.interestCosine, pacedAds));
    }
    if (categoryMatch.queryCosine !== null) {
      builder.setColumn("queryMatch", trimmedAds.align(categoryMatch.queryCosine, pacedAds));
    }
    if (targetingUser.known) builder.setColumn("categoryAffinity", categoryAffinity(category, targetingUser.interests));
    builder.setScalar("userClickRate", userClickRate(targetingUser.activity));
    setRequest(builder, normalRequest, requestContext);
    setCounts(builder, adCounts, () => rowsIn(allowedAds, trimmedAds));
    return { rankFeatures: builder.build() };
  },
});

/** What is the same for every candidate of the request. */
function setRequest(
  builder: FeatureSnapshotBuilder,
  { surface, device, country, hourOfDayLocal }: ValueOf<typeof NormalRequest>,
  { isWeekendUtc, adLoadWanted, organicUtilityMean }: ValueOf<typeof RequestContext>,
): void {
  builder
    .setScalar("surface", SURFACE_WORDS.codeOf(surface))
    .setScalar("device", DEVICE_WORDS.codeOf(device))
    .setScalar("country", COUNTRY_WORDS.codeOf(country))
    .setScalar("hourOfDay", hourOfDayLocal ?? undefined)
    .setScalar("dayPart", hourOfDayLocal === null ? undefined : dayPartCode(hourOfDayLocal))
    .setScalar("isWeekend", isWeekendUtc ? 1 : 0)
    .setScalar("adLoadWanted", adLoadWanted)
    .setScalar("organicUtilityMean", organicUtilityMean ?? undefined);
}
