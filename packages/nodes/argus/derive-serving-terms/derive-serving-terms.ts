import { node } from "@tenon/graph-core";
import { newestSourceAtMs } from "../shared/source-time.ts";
import { deriveServingTermsContract } from "./derive-serving-terms.contract.ts";

export const deriveServingTerms = node({
  ...deriveServingTermsContract,
  run: ({ adGroupBid, campaignBudget, workItem: { version } }) => {
    const termsSourceAtMs = newestSourceAtMs([adGroupBid, campaignBudget]);
    // A group that is gone keeps its last terms under its tombstone: nobody reads them.
    if (adGroupBid === null || termsSourceAtMs === null) return { servingTermsWrites: {} };
    const { status, bidAmountMicros } = adGroupBid.columns;
    const { dailyCapMicros, lifetimeCapMicros } = campaignBudget?.columns ?? {};
    const budgetMicros = Math.min(dailyCapMicros ?? Number.POSITIVE_INFINITY, lifetimeCapMicros ?? 0);
    const servable = status === "active" && campaignBudget?.columns.status === "active" && budgetMicros > 0;
    // One charge may not be more than what a day, or the whole campaign, may spend.
    const bidCeilingMicros = Math.min(bidAmountMicros ?? 0, budgetMicros);
    const terms = { key: adGroupBid.key, version, columns: { servable, bidCeilingMicros, termsSourceAtMs } };
    return { servingTermsWrites: { ad_group: { groups: { terms: [terms] } } } };
  },
});
