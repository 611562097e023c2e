import { readsOfAds } from "../../retrieval/ad-columns.ts";
import { BudgetPolicyResource, BudgetStateResource } from "../resources.ts";
import { CappedAds, FundedAds } from "../slots.ts";

export const dropWithoutBudgetContract = {
  owner: "ads-delivery",
  purpose: "drops ads whose campaign has spent its budget, or of whose budget nothing is known",
  of: CappedAds,
  kept: FundedAds,
  uses: [BudgetStateResource, BudgetPolicyResource],
  columns: [readsOfAds("eligibility", "campaignId")],
  budgetMs: 1,
  // An ad that is served without a budget is served free.
  onFailure: { dropAll: "error" },
} as const;
