import { readsOfAds } from "../../retrieval/ad-columns.ts";
import { RetrievedAds } from "../../retrieval/slots.ts";
import { IndexedAds } from "../slots.ts";

export const dropUnindexedContract = {
  owner: "ads-delivery",
  purpose: "drops candidates that the serving index version does not hold",
  of: RetrievedAds,
  kept: IndexedAds,
  columns: [readsOfAds("indexStatus", "eligibility")],
  budgetMs: 1,
} as const;
