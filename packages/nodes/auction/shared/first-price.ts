/** First price: each winner pays its own bid. Budgets are then kept by scaling bids down, not by the price rule. */
import type { PricingRule, RankedBid } from "./ranked-bid.ts";

export const firstPrice: PricingRule = (ranked, count) =>
  ranked.slice(0, count).map((winner) => ({ chargedPriceMicros: ownPrice(winner), setterAdId: undefined }));

function ownPrice({ bid }: RankedBid): number {
  return bid.pays === "perClick" ? bid.bidMicros : bid.cpmMicros;
}
