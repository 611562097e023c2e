import { AdCounts, AllowedAds, PacedAds } from "../../delivery/slots.ts";
import { NormalRequest, RequestContext, TargetingUser } from "../../feature-expansion/slots.ts";
import { readsOfAds } from "../../retrieval/ad-columns.ts";
import { CategoryMatch, RankFeatures, TrimmedAds } from "../slots.ts";

export const assembleFeaturesContract = {
  owner: "ads-ranking",
  purpose: "freezes what the click model reads and the log holds, once",
  of: TrimmedAds,
  reads: [PacedAds, CategoryMatch, AllowedAds, AdCounts, NormalRequest, RequestContext, TargetingUser],
  writes: [RankFeatures],
  processesFor: "personalisation",
  columns: [
    readsOfAds(
      "sources",
      "category",
      "bidPays",
      "bidMicros",
      "cpmMicros",
      "vectorScore",
      "keywordScore",
      "qualityScore",
      "popularity",
      "startAtMs",
      "objective",
      "advertiserId",
    ),
  ],
  budgetMs: 2,
  declassifies: {
    labels: ["pii", "delivery", "personalisation"],
    reason: "counts of single ads without whose they are; a log names the user only by pseudonym and with consent",
  },
} as const;
