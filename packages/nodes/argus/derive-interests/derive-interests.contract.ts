import { WorkItem } from "@tenon/stream-runtime/api";
import { CampaignCategory, CreativeInterests, InterestsWrites } from "../interests-rows.ts";
import { AdGroupInCampaign, AdLinks } from "../link-rows.ts";

export const deriveInterestsContract = {
  owner: "ads-privacy",
  purpose: "what an ad appeals to: the category of what is advertised, and interests of the creative",
  reads: [AdLinks, AdGroupInCampaign, CampaignCategory, CreativeInterests, WorkItem],
  writes: [InterestsWrites],
} as const;
