import { CandidateBatch, type F32Column, F32Writer, IdColumn, node, U8Writer } from "@tenon/graph-core";
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
    const rowOfId = new Map(ids.map((id, row) => [id, row]));
    const sourceBits = new Uint8Array(ids.length);
    const scoresFrom = (found: Found | undefined, bit: number): F32Column => {
      const scores = new F32Writer(ids.length);
      for (let at = 0; at < (found?.size ?? 0); at++) {
        const row = rowOfId.get((found as Found).ids.at(at)) as number;
        sourceBits[row] = (sourceBits[row] as number) | bit;
        scores.set(row, (found as Found).column("score").at(at));
      }
      return scores.seal();
    };
    const vectorScore = scoresFrom(vectorCandidates, SOURCE_BITS.vector);
    const keywordScore = scoresFrom(keywordCandidates, SOURCE_BITS.keyword);
    scoresFrom(explorationCandidates, SOURCE_BITS.exploration);

    const sources = new U8Writer(ids.length);
    sourceBits.forEach((bits, row) => sources.set(row, bits));
    return {
      mergedCandidates: CandidateBatch.of(IdColumn.from(ids), { sources: sources.seal(), vectorScore, keywordScore }),
    };
  },
});

/** Every id that a source found, once, ascending. */
function idsOf(sources: readonly (Found | undefined)[]): readonly number[] {
  const ids = new Set<number>();
  for (const found of sources) for (let at = 0; at < (found?.size ?? 0); at++) ids.add((found as Found).ids.at(at));
  return [...ids].sort((left, right) => left - right);
}
