import { WorkItem } from "@tenon/stream-runtime/api";
import { AdInGroup } from "../link-rows.ts";
import { AdGroupTarget, TargetingWrites } from "../targeting-rows.ts";

export const deriveTargetingContract = {
  owner: "ads-retrieval",
  purpose: "whom an ad is for: the expression without repeats, the countries it asks for, and its size",
  reads: [AdInGroup, AdGroupTarget, WorkItem],
  writes: [TargetingWrites],
} as const;
