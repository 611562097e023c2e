import { indexVersionText, type SearchAnswer } from "@tenon/ad-index/api";
import { CandidateBatch, type ValueOf } from "@tenon/graph-core";
import type { VectorCandidates, VectorEvidence } from "../slots.ts";

/** The found ads, best first as the index gave them. */
export function candidatesOf({ ids, scores }: SearchAnswer): ValueOf<typeof VectorCandidates> {
  return CandidateBatch.of(ids, { score: scores });
}

/** How the index came to its answer, without the answer. */
export function evidenceOf({ version, partial, decision }: SearchAnswer): ValueOf<typeof VectorEvidence> {
  const { method, reason, match, rowsRead, rowsUnsearchable, parameters } = decision;
  return {
    indexVersion: indexVersionText(version),
    partial,
    method,
    reason,
    targeted: match.targeted,
    eligible: match.eligible,
    dropped: match.dropped,
    rowsRead,
    rowsUnsearchable,
    parameters,
  };
}
