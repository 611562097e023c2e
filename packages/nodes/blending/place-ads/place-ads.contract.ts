import { Arms } from "@tenon/ads-model";
import { AuctionScore } from "../../auction/slots.ts";
import { NormalRequest, OrganicFeed } from "../../feature-expansion/slots.ts";
import { TrimmedAds } from "../../ranking/slots.ts";
import { BlendingPolicyResource } from "../resources.ts";
import { AdUtility, Placements, ServableWinners } from "../slots.ts";

export const placeAdsContract = {
  owner: "ads-blending",
  purpose: "gives winners their places among the organic items",
  reads: [ServableWinners, TrimmedAds, AuctionScore, AdUtility, OrganicFeed, NormalRequest, Arms],
  writes: [Placements],
  uses: [BlendingPolicyResource],
  budgetMs: 1,
} as const;
