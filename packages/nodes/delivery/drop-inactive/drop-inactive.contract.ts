import { readsOfAds } from "../../retrieval/ad-columns.ts";
import { ActiveAds, IndexedAds } from "../slots.ts";

export const dropInactiveContract = {
  owner: "ads-delivery",
  purpose: "drops ads that are paused, not scheduled now, or targeted at others",
  of: IndexedAds,
  kept: ActiveAds,
  columns: [readsOfAds("startAtMs", "endAtMs", "eligibility")],
  budgetMs: 1,
} as const;
