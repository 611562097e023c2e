import { WorkItem } from "@tenon/stream-runtime/api";
import { CampaignBrand, CreativeText, CreativeWrites } from "../creative-rows.ts";
import { AdGroupInCampaign, AdLinks } from "../link-rows.ts";

export const deriveCreativeContract = {
  owner: "ads-blending",
  purpose: "what is shown of an ad, and what can be read off its words and its address",
  reads: [AdLinks, AdGroupInCampaign, CampaignBrand, CreativeText, WorkItem],
  writes: [CreativeWrites],
} as const;
