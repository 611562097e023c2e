import { type Drop, drop, filter } from "@tenon/graph-core";
import { rankRows } from "../shared/rank-rows.ts";
import { dedupeAdvertisersContract } from "./dedupe-advertisers.contract.ts";

/**
 * Greedy from the best down, so a higher bid never makes an ad lose its place here. It comes before pricing: an
 * advertiser's second ad must not raise the price of its first. Neither does an ad that the category's limit turned away,
 * though it would have taken the place of a lower bid: under that limit a price can lie below the least bid that wins.
 */
export const dedupeAdvertisers = filter({
  ...dedupeAdvertisersContract,
  run: ({ eligibleBids, trimmedAds, auctionScore, normalRequest }, { uses: { auctionPolicy } }) => {
    const { adsPerCategoryMax } = auctionPolicy.surfaces[normalRequest.surface];
    const score = eligibleBids.align(auctionScore.ecpmMicros, trimmedAds);
    const scores = new Float64Array(score.length);
    for (let row = 0; row < scores.length; row++) scores[row] = score.at(row);
    const advertiserId = eligibleBids.column("advertiserId");
    const category = eligibleBids.column("category");
    const bestRow = new Map<number, number>();
    const adsInCategory = new Map<number, number>();
    const drops: (Drop | undefined)[] = new Array(eligibleBids.size);
    for (const row of rankRows({ scores, ids: eligibleBids.ids })) {
      const best = bestRow.get(advertiserId.at(row));
      const inCategory = adsInCategory.get(category.codeAt(row)) ?? 0;
      if (best !== undefined) {
        drops[row] = drop("deduped", `advertiser: ad ${eligibleBids.ids.at(best)}`, scores[row]);
      } else if (inCategory >= adsPerCategoryMax) {
        drops[row] = drop("deduped", `category: ${adsPerCategoryMax} of ${category.at(row)}`, scores[row]);
      } else {
        bestRow.set(advertiserId.at(row), row);
        adsInCategory.set(category.codeAt(row), inCategory + 1);
      }
    }
    return (row) => drops[row];
  },
});
