import { readsOfIndex } from "@tenon/ad-index/api";
import { AdIndexResource } from "../resources.ts";
import { EligibilityOutcome, MergedCandidates, TargetingQuery } from "../slots.ts";

export const judgeEligibilityContract = {
  owner: "ads-delivery",
  purpose: "asks the index about every candidate again, whichever source brought it",
  of: MergedCandidates,
  reads: [TargetingQuery],
  writes: [EligibilityOutcome],
  uses: [AdIndexResource],
  columns: [readsOfIndex("eligibilityOf")],
  budgetMs: 2,
  // Without the verdict nobody could tell a paused ad from an active one.
  onFailure: "failRequest",
  declassifies: { labels: ["pii"], reason: "a verdict about each ad" },
} as const;
