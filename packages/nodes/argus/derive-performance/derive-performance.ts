import type { AdSignals } from "@tenon/ads-model";
import { node, type ValueOf } from "@tenon/graph-core";
import type { AdPerformance } from "../performance-rows.ts";
import { QUALITY_UNREVIEWED, qualityScoreOf, smoothedRate } from "../shared/quality.ts";
import { newestSourceAtMs } from "../shared/source-time.ts";
import { derivePerformanceContract } from "./derive-performance.contract.ts";

/** A brand of which nothing was measured is known to nobody yet. */
const POPULARITY_UNKNOWN = 0;

export const derivePerformance = node({
  ...derivePerformanceContract,
  run: ({ adPerformance, brandSignals, workItem: { version } }) => {
    if (adPerformance === null || adPerformance.columns.adGroupId === null) return { performanceWrites: {} };
    const performance = performanceOf(adPerformance);
    const columns = {
      qualityScore: performance === null ? QUALITY_UNREVIEWED : qualityScoreOf(performance),
      popularity: brandSignals?.columns.popularity ?? POPULARITY_UNKNOWN,
      performance,
      performanceSourceAtMs: newestSourceAtMs([adPerformance, brandSignals]),
    };
    const { key } = adPerformance;
    return { performanceWrites: { ad_document: { groups: { performance: [{ key, version, columns }] } } } };
  },
});

function performanceOf(row: NonNullable<ValueOf<typeof AdPerformance>>): AdSignals["performance"] {
  const { impressions7d, clicks7d, impressions30d, clicks30d, conversions30d, hides30d, spend7dMicros, reviewScore } =
    row.columns;
  // The group is written whole: one null, and there is no signal.
  if (impressions7d === null || clicks7d === null || impressions30d === null || clicks30d === null) return null;
  if (conversions30d === null || hides30d === null || spend7dMicros === null || reviewScore === null) return null;
  return {
    ...{ impressions7d, clicks7d, clickRate7d: smoothedRate("click", clicks7d, impressions7d) },
    ...{ impressions30d, clicks30d, conversions30d },
    clickRate30d: smoothedRate("click", clicks30d, impressions30d),
    conversionRate30d: smoothedRate("conversion", conversions30d, clicks30d),
    hideRate30d: smoothedRate("hide", hides30d, impressions30d),
    ...{ spend7dMicros, reviewScore },
  };
}
