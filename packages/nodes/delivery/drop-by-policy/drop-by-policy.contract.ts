import { NormalRequest, TargetingUser } from "../../feature-expansion/slots.ts";
import { readsOfAds } from "../../retrieval/ad-columns.ts";
import { PolicyRulesResource } from "../resources.ts";
import { ActiveAds, AllowedAds } from "../slots.ts";

export const dropByPolicyContract = {
  owner: "ads-privacy",
  purpose: "drops ads that review rejected or that a rule forbids here or to this user",
  of: ActiveAds,
  kept: AllowedAds,
  reads: [NormalRequest, TargetingUser],
  uses: [PolicyRulesResource],
  columns: [readsOfAds("category", "advertiserId", "eligibility")],
  budgetMs: 1,
} as const;
