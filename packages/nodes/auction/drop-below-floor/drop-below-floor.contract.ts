import { Arms } from "@tenon/ads-model";
import { NormalRequest } from "../../feature-expansion/slots.ts";
import { TrimmedAds } from "../../ranking/slots.ts";
import { readsOfAds } from "../../retrieval/ad-columns.ts";
import { AuctionPolicyResource } from "../resources.ts";
import { AuctionScore, EligibleBids } from "../slots.ts";

export const dropBelowFloorContract = {
  owner: "ads-auction",
  purpose: "drops bids whose expected payment misses the ad's floor or the surface's reserve",
  of: TrimmedAds,
  kept: EligibleBids,
  reads: [AuctionScore, NormalRequest, Arms],
  uses: [AuctionPolicyResource],
  columns: [readsOfAds("floorMicros")],
  budgetMs: 1,
} as const;
