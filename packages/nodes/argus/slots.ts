/** What handlers of the index read of the repository, and what they want written. */
import { slot } from "@tenon/graph-core";
import { writeSetSchema } from "@tenon/storage-repo/api";
import { rowSchema } from "@tenon/stream-runtime/api";
import { z } from "zod";
import { AdGroupBidRead, AdGroupRow, CampaignBudgetRead } from "./entities.ts";

export const AdGroupBid = slot("adGroupBid", z.nullable(rowSchema(AdGroupBidRead)), {
  owner: "ads-auction",
  purposeOf: "bid and status of the ad group; null when it is gone",
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
