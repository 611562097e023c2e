import { CandidateBatch, F32Column, IdColumn, node, U8Column } from "@tenon/graph-core";
import { SOURCE_BITS } from "../ad-columns.ts";
import { mergeCandidatesContract } from "./merge-candidates.contract.ts";

type Found = CandidateBatch<{ readonly score: F32Column }>;

/**
 * Scores of different sources do not compare, so the order is the id's. Ranking makes the order that counts.
 * An exploration score is nearness to a random direction: it says nothing about the ad and is not kept.
 */
export const mergeCandidates = node({
  ...mergeCandidatesContract,
  run: ({ vectorCandidates, keywordCandidates, explorationCandidates }) => {
    const ids = idsOf([vectorCandidates, keywordCandidates, explorationCandidates]);
    const bit = (found: Found | undefined, id: number, ifFound: number): number => (rowIn(found, id) < 0 ? 0 : ifFound);
    const sources = U8Column.fill(ids.length, (row) => {
      const id = ids.at(row);
      return (
        bit(vectorCandidates, id, SOURCE_BITS.vector) |
        bit(keywordCandidates, id, SOURCE_BITS.keyword) |
        bit(explorationCandidates, id, SOURCE_BITS.exploration)
      );
    });
    const vectorScore = scoresOf(vectorCandidates, ids);
    const keywordScore = scoresOf(keywordCandidates, ids);
    return { mergedCandidates: CandidateBatch.of(ids, { sources, vectorScore, keywordScore }) };
  },
});

/** Every id that a source found, once, ascending. */
function idsOf(sources: readonly (Found | undefined)[]): IdColumn {
  const ids = new Set<number>();
  for (const found of sources) for (let row = 0; row < (found?.size ?? 0); row++) ids.add((found as Found).ids.at(row));
  return IdColumn.from([...ids].toSorted((left, right) => left - right));
}

function rowIn(found: Found | undefined, id: number): number {
  return found === undefined ? -1 : found.rowOfId(id);
}

/** A source's score of each id; 0 for an id that it did not find. */
function scoresOf(found: Found | undefined, ids: IdColumn): F32Column {
  return F32Column.fill(ids.length, (row) => {
    const at = rowIn(found, ids.at(row));
    return at < 0 ? 0 : (found as Found).column("score").at(at);
  });
}
