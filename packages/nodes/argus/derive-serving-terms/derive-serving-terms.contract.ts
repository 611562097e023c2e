import { WorkItem } from "@tenon/stream-runtime/api";
import { AdGroupState, CampaignBudget, ServingTermsWrites } from "../terms-rows.ts";

export const deriveServingTermsContract = {
  owner: "ads-retrieval",
  purpose: "joins an ad group with its campaign: may it serve, and what is the most one charge may be",
  reads: [AdGroupState, CampaignBudget, WorkItem],
  writes: [ServingTermsWrites],
} as const;
