import { F64Writer, map } from "@tenon/graph-core";
import { SOURCE_BITS } from "../../retrieval/ad-columns.ts";
import { estimateUtilityContract } from "./estimate-utility.contract.ts";

export const estimateUtility = map({
  ...estimateUtilityContract,
  run: ({ servableWinners, trimmedAds, clickProbability, pacedAds, categoryMatch, normalRequest }, { uses }) => {
    const weights = uses.blendingPolicy.surfaces[normalRequest.surface];
    const sources = servableWinners.column("sources");
    const vectorScore = servableWinners.column("vectorScore");
    const quality = servableWinners.column("qualityScore");
    const clicks = servableWinners.align(clickProbability, trimmedAds);
    // What somebody asks for says more than what they like: retrieval prefers the query in the same way.
    const categoryCosine = categoryMatch.queryCosine ?? categoryMatch.interestCosine;
    const ofCategory = categoryCosine === null ? undefined : servableWinners.align(categoryCosine, pacedAds);
    const utility = new F64Writer(servableWinners.size);
    const relevance = new F64Writer(servableWinners.size);
    for (let row = 0; row < servableWinners.size; row++) {
      const foundByVector = (sources.at(row) & SOURCE_BITS.vector) !== 0;
      const cosine = clampCosine(foundByVector ? vectorScore.at(row) : (ofCategory?.at(row) ?? 0));
      relevance.set(row, cosine);
      utility.set(
        row,
        weights.clickProbabilityWeight * clicks.at(row) +
          weights.qualityWeight * quality.at(row) +
          weights.relevanceWeight * Math.max(0, cosine),
      );
    }
    return { adUtility: { utility: utility.seal(), relevance: relevance.seal() } };
  },
});

/** Float32 vectors of length 1 have products a few millionths beyond 1. */
function clampCosine(cosine: number): number {
  return Math.max(-1, Math.min(1, cosine));
}
