import { drop, filter } from "@tenon/graph-core";
import { topRows } from "../shared/rank-rows.ts";
import { pickWinnersContract } from "./pick-winners.contract.ts";

/** The drop holds the score of the last winner beside the loser's own: the difference is the gap to a place. */
export const pickWinners = filter({
  ...pickWinnersContract,
  run: ({ distinctAdvertisers, trimmedAds, auctionScore, normalRequest }, { uses: { auctionPolicy } }) => {
    const score = distinctAdvertisers.align(auctionScore.ecpmMicros, trimmedAds);
    const scores = new Float64Array(score.length);
    for (let row = 0; row < scores.length; row++) scores[row] = score.at(row);
    const winnersMax = normalRequest.adSlotsWanted + auctionPolicy.reserveDepth;
    const { isTop, leastScore } = topRows({ scores, ids: distinctAdvertisers.ids }, winnersMax);
    return (row) => (isTop[row] === 1 ? undefined : drop("lost_auction", leastScore, scores[row]));
  },
});
