import { node } from "@tenon/graph-core";
import { rankRows } from "../../auction/shared/rank-rows.ts";
import { blend } from "../shared/blend.ts";
import { placeAdsContract } from "./place-ads.contract.ts";

/**
 * Revenue is the expected payment at the full bid, not at the charged price: otherwise a competitor's lower bid would make
 * an ad cheaper and so push it out of the feed. Experiments may set parameter `lambdaMicros`.
 */
export const placeAds = node({
  ...placeAdsContract,
  run: (inputs, { uses: { blendingPolicy } }) => {
    const { servableWinners, trimmedAds, auctionScore, adUtility, organicFeed, normalRequest, arms } = inputs;
    const { topSlot, gapMin, lambdaMicros } = blendingPolicy.surfaces[normalRequest.surface];
    const score = servableWinners.align(auctionScore.ecpmMicros, trimmedAds);
    const revenue = servableWinners.align(auctionScore.bidEcpmMicros, trimmedAds);
    const scores = Array.from({ length: servableWinners.size }, (_, row) => score.at(row));
    const rows = Array.from(rankRows({ scores, ids: servableWinners.ids }));
    const ads = rows.map((row) => ({ revenueMicros: revenue.at(row), utility: adUtility.utility.at(row) }));
    const rowOf = (ad: number): number => rows[ad] as number;
    const { positions, unplaced } = blend(
      ads,
      organicFeed.map(({ utility }) => utility),
      {
        topSlot,
        gapMin,
        slots: normalRequest.adSlotsWanted,
        lambdaMicros: arms.parameters["lambdaMicros"] ?? lambdaMicros,
      },
    );
    return {
      placements: {
        positions: positions.map((position) => {
          if (position.kind === "ad") return { kind: "ad" as const, row: rowOf(position.ad) };
          const { organicId } = organicFeed[position.item] as (typeof organicFeed)[number];
          return { kind: "organic" as const, organicId };
        }),
        unplaced: unplaced.map(({ ad, rule, threshold, value }) => ({ row: rowOf(ad), rule, threshold, value })),
      },
    };
  },
});
