import { PacedAds } from "../../delivery/slots.ts";
import { NormalRequest } from "../../feature-expansion/slots.ts";
import { CategoryMatch, ClickProbability, TrimmedAds } from "../../ranking/slots.ts";
import { readsOfAds } from "../../retrieval/ad-columns.ts";
import { BlendingPolicyResource } from "../resources.ts";
import { AdUtility, ServableWinners } from "../slots.ts";

export const estimateUtilityContract = {
  owner: "ads-blending",
  purpose: "says what each winner is worth to the user, on the scale of the organic items",
  of: ServableWinners,
  reads: [TrimmedAds, ClickProbability, PacedAds, CategoryMatch, NormalRequest],
  writes: [AdUtility],
  uses: [BlendingPolicyResource],
  columns: [readsOfAds("sources", "vectorScore", "qualityScore")],
  budgetMs: 1,
} as const;
