/** Entities of the contract: integer and text keys, every column type, groups of both classes, a blob, lookups, mapping. */
import { z } from "zod";
import { entity } from "../api/entity.ts";
import { read } from "../api/read.ts";

export const SampleCampaign = entity("sample_campaign", {
  owner: "ads-storage",
  purpose: "a budget holder of the contract's tests",
  key: z.string(),
  groups: {
    budget: {
      owner: "ads-storage",
      class: "control",
      columns: { budgetMicros: z.int(), status: z.enum(["on", "off"]) },
    },
  },
});

export const SampleGroup = entity("sample_group", {
  owner: "ads-storage",
  purpose: "a bidder of the contract's tests",
  key: z.int(),
  groups: {
    bid: {
      owner: "ads-storage",
      class: "control",
      columns: { bidMicros: z.int(), campaignId: z.string().nullable(), paused: z.boolean() },
    },
    signals: {
      owner: "ads-storage",
      class: "content",
      columns: {
        clickRate: z.number().nullable(),
        impressions: z.bigint(),
        extra: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).nullable(),
      },
    },
  },
  blobs: { embedding: { owner: "ads-storage", class: "content" } },
  lookups: ["campaignId"],
  mapping: ["campaignId"],
});

export const SAMPLE_ENTITIES = [SampleCampaign, SampleGroup] as const;

export const CampaignBudget = read(SampleCampaign, ["budgetMicros", "status"]);
export const GroupBid = read(SampleGroup, ["bidMicros", "campaignId"]);
export const GroupAll = read(SampleGroup, [
  "bidMicros",
  "campaignId",
  "paused",
  "clickRate",
  "impressions",
  "extra",
  "embedding",
]);
