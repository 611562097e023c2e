import { map } from "@tenon/graph-core";
import { judgeEligibilityContract } from "./judge-eligibility.contract.ts";

/** A source may be stale, approximate or wrong; the verdict that the filters act on is asked in one place for all of them. */
export const judgeEligibility = map({
  ...judgeEligibilityContract,
  run: ({ mergedCandidates, targetingQuery }, { uses: { adIndex } }) => ({
    eligibilityOutcome: adIndex.eligibilityOf({ ids: mergedCandidates.ids, filter: targetingQuery }).outcome,
  }),
});
