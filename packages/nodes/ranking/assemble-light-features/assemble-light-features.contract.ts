import { AdCounts, AllowedAds, PacedAds } from "../../delivery/slots.ts";
import { NormalRequest } from "../../feature-expansion/slots.ts";
import { readsOfAds } from "../../retrieval/ad-columns.ts";
import { CategoryMatch, LightFeatures } from "../slots.ts";

export const assembleLightFeaturesContract = {
  owner: "ads-ranking",
  purpose: "freezes what the light model reads of every candidate",
  of: PacedAds,
  reads: [AllowedAds, AdCounts, CategoryMatch, NormalRequest],
  writes: [LightFeatures],
  processesFor: "personalisation",
  columns: [readsOfAds("sources", "vectorScore", "keywordScore", "qualityScore", "popularity")],
  budgetMs: 2,
  declassifies: {
    labels: ["pii", "delivery", "personalisation"],
    reason: "counts of single ads without whose they are; a log names the user only by pseudonym and with consent",
  },
} as const;
