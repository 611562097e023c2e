/** From probabilities to winners and what they pay. */
import { columnSchema, slot } from "@tenon/graph-core";
import { z } from "zod";
import { TrimmedAds } from "../ranking/slots.ts";
import { retrievedAdsSchema } from "../retrieval/ad-columns.ts";

const scored = columnSchema("f64", { of: TrimmedAds });

export const AuctionScore = slot(
  "auctionScore",
  z.strictObject({
    /** Expected value of a thousand impressions, integer micros: what the auction ranks by. */
    ecpmMicros: scored,
    /** Part of it that is expected to be paid at the full bid, integer micros; the rest is the bonus for quality. */
    bidEcpmMicros: scored,
  }),
  { owner: "ads-auction", purposeOf: "what each candidate is worth, aligned with TrimmedAds", unit: "micros" },
);
export const EligibleBids = slot("eligibleBids", retrievedAdsSchema, {
  owner: "ads-auction",
  purposeOf: "candidates at or above their floor and the reserve",
});
export const DistinctAdvertisers = slot("distinctAdvertisers", retrievedAdsSchema, {
  owner: "ads-auction",
  purposeOf: "the best candidate of each advertiser, few of one category",
});
export const AuctionWinners = slot("auctionWinners", retrievedAdsSchema, {
  owner: "ads-auction",
  purposeOf: "the best candidates by auction score: as many as there are slots, and some in reserve",
});
const priced = columnSchema("f64", { of: AuctionWinners });
export const ChargedPrice = slot(
  "chargedPrice",
  z.strictObject({
    /** Integer micros of the charging event. */
    chargedPriceMicros: priced,
    /** Ad that set the price; 0 where the floor, the reserve or the own bid did. */
    priceSetterAdId: columnSchema("id", { of: AuctionWinners }),
  }),
  { owner: "ads-auction", purposeOf: "what each winner pays when the charging event happens", unit: "micros" },
);
