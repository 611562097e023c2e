import { UserCounts } from "../../feature-expansion/slots.ts";
import { readsOfAds } from "../../retrieval/ad-columns.ts";
import { AdCounts, AllowedAds } from "../slots.ts";

export const attachUserCountsContract = {
  owner: "ads-delivery",
  purpose: "puts what the user saw and did beside every candidate: one count for cap, fatigue feature and log",
  of: AllowedAds,
  reads: [UserCounts],
  writes: [AdCounts],
  processesFor: "delivery",
  columns: [readsOfAds("advertiserId", "campaignId", "adGroupId")],
  budgetMs: 1,
} as const;
