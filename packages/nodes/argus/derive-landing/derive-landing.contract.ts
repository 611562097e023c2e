import { WorkItem } from "@tenon/stream-runtime/api";
import { CreativeLanding, LandingPageFound, LandingWrites } from "../landing-rows.ts";
import { AdWithCreative } from "../link-rows.ts";

export const deriveLandingContract = {
  owner: "ads-serving",
  purpose: "what was found where an ad leads",
  reads: [AdWithCreative, CreativeLanding, LandingPageFound, WorkItem],
  writes: [LandingWrites],
} as const;
