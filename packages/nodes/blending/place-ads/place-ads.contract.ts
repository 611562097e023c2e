import { Arms } from "@tenon/ads-model";
import { AuctionScore, AuctionWinners } from "../../auction/slots.ts";
import { NormalRequest, OrganicFeed } from "../../feature-expansion/slots.ts";
import { TrimmedAds } from "../../ranking/slots.ts";
import { BlendingPolicyResource } from "../resources.ts";
import { AdUtility, Placements } from "../slots.ts";

export const placeAdsContract = {
  owner: "ads-blending",
  purpose: "gives winners their places among the organic items",
  reads: [AuctionWinners, TrimmedAds, AuctionScore, AdUtility, OrganicFeed, NormalRequest, Arms],
  writes: [Placements],
  uses: [BlendingPolicyResource],
  budgetMs: 1,
} as const;
