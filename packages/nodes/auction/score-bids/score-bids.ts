import { probability } from "@tenon/ads-model";
import { F64Writer, map } from "@tenon/graph-core";
import { auctionScore, bidsOf } from "../shared/auction-score.ts";
import { surfaceAuction } from "../shared/surface-auction.ts";
import { scoreBidsContract } from "./score-bids.contract.ts";

export const scoreBids = map({
  ...scoreBidsContract,
  run: ({ trimmedAds, clickProbability, normalRequest, arms }, { uses }) => {
    const { qualityWeightMicros } = surfaceAuction(uses.auctionPolicy, normalRequest.surface, arms);
    const bidAt = bidsOf(trimmedAds);
    const quality = trimmedAds.column("qualityScore");
    const ecpmMicros = new F64Writer(trimmedAds.size);
    const bidEcpmMicros = new F64Writer(trimmedAds.size);
    for (let row = 0; row < trimmedAds.size; row++) {
      const score = auctionScore(bidAt(row), {
        clickProbability: probability(clickProbability.at(row)),
        qualityScore: quality.at(row),
        qualityWeightMicros,
      });
      ecpmMicros.set(row, score.ecpmMicros);
      bidEcpmMicros.set(row, score.bidEcpmMicros);
    }
    return { auctionScore: { ecpmMicros: ecpmMicros.seal(), bidEcpmMicros: bidEcpmMicros.seal() } };
  },
});
