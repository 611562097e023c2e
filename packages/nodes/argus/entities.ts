/** Rows that handlers of the index read and write. */
import { AdGroupIdSchema, CampaignIdSchema, EntityStatusSchema } from "@tenon/ads-model";
import { entity, read } from "@tenon/storage-repo/api";
import { z } from "zod";

export const CampaignRow = entity("campaign", {
  owner: "ads-delivery",
  purpose: "a budget holder",
  key: CampaignIdSchema as unknown as z.ZodType<number>,
  groups: {
    budget: {
      owner: "ads-delivery",
      class: "control",
      columns: { status: EntityStatusSchema, dailyBudgetMicros: z.int().min(0) },
    },
  },
});

export const AdGroupRow = entity("ad_group", {
  owner: "ads-delivery",
  purpose: "a set of ads with one bid",
  key: AdGroupIdSchema as unknown as z.ZodType<number>,
  groups: {
    bid: {
      owner: "ads-auction",
      class: "control",
      columns: { status: EntityStatusSchema, bidMicros: z.int().min(0), campaignId: z.int() },
    },
    terms: {
      owner: "ads-retrieval",
      class: "control",
      columns: { servable: z.boolean(), bidCeilingMicros: z.int().min(0) },
    },
  },
  lookups: ["campaignId"],
  mapping: ["campaignId"],
});

export const CampaignBudgetRead = read(CampaignRow, ["status", "dailyBudgetMicros"]);
export const AdGroupBidRead = read(AdGroupRow, ["status", "bidMicros", "campaignId"]);
