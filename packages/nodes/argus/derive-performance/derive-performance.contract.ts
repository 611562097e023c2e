import { WorkItem } from "@tenon/stream-runtime/api";
import { AdGroupInCampaign, CampaignOfAdvertiser } from "../link-rows.ts";
import { AdPerformance, BrandSignals, PerformanceWrites } from "../performance-rows.ts";

export const derivePerformanceContract = {
  owner: "ads-measurement",
  purpose: "how an ad has done: smoothed rates, its quality, and how well known its brand is",
  reads: [AdPerformance, AdGroupInCampaign, CampaignOfAdvertiser, BrandSignals, WorkItem],
  writes: [PerformanceWrites],
} as const;
