import { probabilityFromMargin } from "@tenon/ads-model";
import { drop, filter } from "@tenon/graph-core";
import { auctionScore, bidsOf } from "../../auction/shared/auction-score.ts";
import { topRows } from "../../auction/shared/rank-rows.ts";
import { surfaceAuction } from "../../auction/shared/surface-auction.ts";
import { trimCandidatesContract } from "./trim-candidates.contract.ts";

/**
 * Trims by worth, not by click probability: a rarely clicked ad with a high bid can win, and an auction that never sees it
 * loses more than by missing one it would have ranked last. The formula is the auction's own, with the light model's
 * uncalibrated probability in it. The best by (worth, descending; id, ascending) remain, in the order they came in.
 */
export const trimCandidates = filter({
  ...trimCandidatesContract,
  run: ({ pacedAds, lightScores, normalRequest, arms }, { uses: { rankingPolicy, auctionPolicy }, width }) => {
    const { qualityWeightMicros } = surfaceAuction(auctionPolicy, normalRequest.surface, arms);
    const bidAt = bidsOf(pacedAds);
    const quality = pacedAds.column("qualityScore");
    const worth = new Float64Array(pacedAds.size);
    for (let row = 0; row < worth.length; row++) {
      const clickProbability = probabilityFromMargin(lightScores.margins.at(row));
      const expected = { clickProbability, qualityScore: quality.at(row), qualityWeightMicros };
      worth[row] = auctionScore(bidAt(row), expected).ecpmMicros;
    }
    const adsMax = width(rankingPolicy.rankedAdsMax, rankingPolicy.rankedAdsMin);
    const { isTop, leastScore } = topRows({ scores: worth, ids: pacedAds.ids }, adsMax);
    return (row) => (isTop[row] === 1 ? undefined : drop("l1_trimmed", leastScore, worth[row]));
  },
});
