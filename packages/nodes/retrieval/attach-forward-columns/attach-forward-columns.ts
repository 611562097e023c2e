import { FORWARD_COLUMN_NAMES, indexVersionText } from "@tenon/ad-index/api";
import { CandidateBatch, map } from "@tenon/graph-core";
import { attachForwardColumnsContract } from "./attach-forward-columns.contract.ts";

/** One batch with all columns, instead of one per column: later stages look columns up by name thousands of times. */
export const attachForwardColumns = map({
  ...attachForwardColumnsContract,
  run: ({ mergedCandidates, eligibilityOutcome }, { uses: { adIndex } }) => {
    const { ids } = mergedCandidates;
    const { status, columns, version } = adIndex.forwardColumns({ ids, columns: FORWARD_COLUMN_NAMES });
    return {
      retrievedAds: CandidateBatch.of(ids, {
        sources: mergedCandidates.column("sources"),
        vectorScore: mergedCandidates.column("vectorScore"),
        keywordScore: mergedCandidates.column("keywordScore"),
        indexStatus: status,
        eligibility: eligibilityOutcome,
        ...columns,
      }),
      indexVersion: { text: indexVersionText(version), embeddingVersion: version.embeddingVersion },
    };
  },
});
