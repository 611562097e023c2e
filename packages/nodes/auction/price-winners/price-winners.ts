import { adId, ecpmMicros, micros, probability } from "@tenon/ads-model";
import { F64Writer, IdWriter, map } from "@tenon/graph-core";
import { bidsOf } from "../shared/auction-score.ts";
import { PRICING_RULES } from "../shared/pricing-rules.ts";
import { compareRank, type RankedBid } from "../shared/ranked-bid.ts";
import { floorOf, surfaceAuction } from "../shared/surface-auction.ts";
import { priceWinnersContract } from "./price-winners.contract.ts";

/** In `priceSetterAdId`: the floor or the ad's own bid set the price. */
const NO_SETTER = 0;

/** Winners are priced against every ad that stood in the auction, losers included: the best loser sets the last price. */
export const priceWinners = map({
  ...priceWinnersContract,
  run: (inputs, { uses: { auctionPolicy } }) => {
    const { auctionWinners, distinctAdvertisers, trimmedAds, auctionScore, clickProbability, normalRequest, arms } =
      inputs;
    const surface = surfaceAuction(auctionPolicy, normalRequest.surface, arms);
    const bidAt = bidsOf(distinctAdvertisers);
    const adFloorMicros = distinctAdvertisers.column("floorMicros");
    const score = distinctAdvertisers.align(auctionScore.ecpmMicros, trimmedAds);
    const bidEcpm = distinctAdvertisers.align(auctionScore.bidEcpmMicros, trimmedAds);
    const clicks = distinctAdvertisers.align(clickProbability, trimmedAds);
    const bids = Array.from(
      { length: distinctAdvertisers.size },
      (_, row): RankedBid => ({
        adId: adId(distinctAdvertisers.ids.at(row)),
        bid: bidAt(row),
        clickProbability: probability(clicks.at(row)),
        ecpmMicros: ecpmMicros(score.at(row)),
        bidEcpmMicros: ecpmMicros(bidEcpm.at(row)),
        qualityMicros: micros(score.at(row) - bidEcpm.at(row)),
        floorMicros: floorOf(adFloorMicros.at(row), surface),
      }),
    );
    const ranked = bids.sort(compareRank);
    const rules = { slots: normalRequest.adSlotsWanted, slotFactors: surface.slotFactors };
    const prices = PRICING_RULES[surface.mechanism](ranked, auctionWinners.size, rules);
    const chargedPriceMicros = new F64Writer(auctionWinners.size);
    const priceSetterAdId = new IdWriter(auctionWinners.size);
    for (const [rank, { chargedPriceMicros: price, setterAdId }] of prices.entries()) {
      const row = auctionWinners.rowOfId((ranked[rank] as RankedBid).adId);
      chargedPriceMicros.set(row, price);
      priceSetterAdId.set(row, setterAdId ?? NO_SETTER);
    }
    return { chargedPrice: { chargedPriceMicros: chargedPriceMicros.seal(), priceSetterAdId: priceSetterAdId.seal() } };
  },
});
