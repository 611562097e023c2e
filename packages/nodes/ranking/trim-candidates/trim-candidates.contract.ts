import { Arms } from "@tenon/ads-model";
import { AuctionPolicyResource } from "../../auction/resources.ts";
import { PacedAds } from "../../delivery/slots.ts";
import { NormalRequest } from "../../feature-expansion/slots.ts";
import { readsOfAds } from "../../retrieval/ad-columns.ts";
import { RankingPolicyResource } from "../resources.ts";
import { LightScores, TrimmedAds } from "../slots.ts";

export const trimCandidatesContract = {
  owner: "ads-ranking",
  purpose: "keeps the candidates that the auction would rank first if the light model were right",
  of: PacedAds,
  kept: TrimmedAds,
  reads: [LightScores, NormalRequest, Arms],
  uses: [RankingPolicyResource, AuctionPolicyResource],
  orders: "asRead",
  columns: [readsOfAds("bidPays", "bidMicros", "cpmMicros", "qualityScore")],
  budgetMs: 2,
} as const;
