import { WorkItem } from "@tenon/stream-runtime/api";
import { AdGroupBid, CampaignBudget, ServingTermsWrites } from "../terms-rows.ts";

export const deriveServingTermsContract = {
  owner: "ads-retrieval",
  purpose: "joins an ad group with its campaign: may it serve, and up to which bid",
  reads: [AdGroupBid, CampaignBudget, WorkItem],
  writes: [ServingTermsWrites],
} as const;
