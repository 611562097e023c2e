import { node } from "@tenon/graph-core";
import { newestSourceAtMs } from "../shared/source-time.ts";
import { deriveServingTermsContract } from "./derive-serving-terms.contract.ts";

export const deriveServingTerms = node({
  ...deriveServingTermsContract,
  run: ({ adGroupState, campaignBudget, workItem: { version } }) => {
    const termsSourceAtMs = newestSourceAtMs([adGroupState, campaignBudget]);
    // A group that is gone keeps its last terms under its tombstone: nobody reads them.
    if (adGroupState === null || termsSourceAtMs === null) return { servingTermsWrites: {} };
    const { dailyCapMicros, lifetimeCapMicros } = campaignBudget?.columns ?? {};
    const chargeMaxMicros = Math.min(dailyCapMicros ?? Number.POSITIVE_INFINITY, lifetimeCapMicros ?? 0);
    const areActive = adGroupState.columns.status === "active" && campaignBudget?.columns.status === "active";
    const columns = { servable: areActive && chargeMaxMicros > 0, chargeMaxMicros, termsSourceAtMs };
    const terms = { key: adGroupState.key, version, columns };
    return { servingTermsWrites: { ad_group: { groups: { terms: [terms] } } } };
  },
});
