/** What the terms of an ad group are made of. */
import { slot } from "@tenon/graph-core";
import { read, writeSetSchema } from "@tenon/storage-repo/api";
import { rowSchema } from "@tenon/stream-runtime/api";
import { z } from "zod";
import { AdGroupRow, CampaignRow } from "../indexing/source-rows.ts";

export const AdGroupStateRead = read(AdGroupRow, ["status", "campaignId", "settingsSourceAtMs"], {
  carried: ["settingsSourceAtMs"],
});
export const CampaignBudgetRead = read(
  CampaignRow,
  [
    ...(["status", "settingsSourceAtMs"] as const),
    ...(["lifetimeCapMicros", "dailyCapMicros", "budgetSourceAtMs"] as const),
  ],
  { carried: ["settingsSourceAtMs", "budgetSourceAtMs"] },
);

export const AdGroupState = slot("adGroupState", z.nullable(rowSchema(AdGroupStateRead)), {
  owner: "ads-auction",
  purposeOf: "status of the ad group; null when it is gone",
});

export const CampaignBudget = slot("campaignBudget", z.nullable(rowSchema(CampaignBudgetRead)), {
  owner: "ads-delivery",
  purposeOf: "budget and status of the ad group's campaign; null when there is none",
});

export const ServingTermsWrites = slot("servingTermsWrites", writeSetSchema([AdGroupRow]), {
  owner: "ads-retrieval",
  purposeOf: "terms under which the ad group may serve",
  leaves: "outside",
});
