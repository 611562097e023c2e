import { readsOfAds } from "../../retrieval/ad-columns.ts";
import { BudgetPolicyResource, PacingStateResource } from "../resources.ts";
import { FundedAds, PacedAds } from "../slots.ts";

export const paceContract = {
  owner: "ads-delivery",
  purpose: "lets paced campaigns take part in the share of requests that their plan allows",
  of: FundedAds,
  kept: PacedAds,
  uses: [PacingStateResource, BudgetPolicyResource],
  columns: [readsOfAds("pacing", "campaignId", "eligibility")],
  budgetMs: 1,
  // An unpaced campaign can spend its day in an hour.
  onFailure: { dropAll: "error" },
} as const;
