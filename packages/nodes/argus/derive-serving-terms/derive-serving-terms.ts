import { node } from "@tenon/graph-core";
import { deriveServingTermsContract } from "./derive-serving-terms.contract.ts";

export const deriveServingTerms = node({
  ...deriveServingTermsContract,
  run: ({ adGroupBid, campaignBudget, workItem: { version } }) => {
    // A group that is gone keeps its last terms under its tombstone: nobody reads them.
    if (adGroupBid === null) return { servingTermsWrites: {} };
    const { status, bidMicros } = adGroupBid.columns;
    const budgetMicros = campaignBudget?.columns.dailyBudgetMicros ?? 0;
    const servable = status === "active" && campaignBudget?.columns.status === "active" && budgetMicros > 0;
    // One charge may not be more than a day's budget.
    const bidCeilingMicros = Math.min(bidMicros ?? 0, budgetMicros);
    const terms = { key: adGroupBid.key, version, columns: { servable, bidCeilingMicros } };
    return { servingTermsWrites: { ad_group: { groups: { terms: [terms] } } } };
  },
});
