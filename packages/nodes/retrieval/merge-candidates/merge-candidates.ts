import { CandidateBatch, type F32Column, F32Writer, IdColumn, node, U8Column } from "@tenon/graph-core";
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
    const rowOf = rowsById([vectorCandidates, keywordCandidates, explorationCandidates]);
    const sources = new Uint8Array(rowOf.size);
    mark(sources, rowOf, vectorCandidates, SOURCE_BITS.vector);
    mark(sources, rowOf, keywordCandidates, SOURCE_BITS.keyword);
    mark(sources, rowOf, explorationCandidates, SOURCE_BITS.exploration);
    return {
      mergedCandidates: CandidateBatch.of(IdColumn.from([...rowOf.keys()]), {
        sources: U8Column.from(sources),
        vectorScore: scoresOf(vectorCandidates, rowOf),
        keywordScore: scoresOf(keywordCandidates, rowOf),
      }),
    };
  },
});

type RowsById = ReadonlyMap<number, number>;

/** Every id that a source found, once, ascending, with its row in the merged batch. */
function rowsById(sources: readonly (Found | undefined)[]): RowsById {
  const found = new Float64Array(sources.reduce((sum, source) => sum + (source?.size ?? 0), 0));
  let at = 0;
  for (const source of sources) for (let row = 0; row < (source?.size ?? 0); row++) found[at++] = idAt(source, row);
  const rowOf = new Map<number, number>();
  for (const id of found.sort()) if (!rowOf.has(id)) rowOf.set(id, rowOf.size);
  return rowOf;
}

function idAt(found: Found | undefined, row: number): number {
  return (found as Found).ids.at(row);
}

/** Sets a source's bit in the rows of the ids that it found. */
function mark(sources: Uint8Array, rowOf: RowsById, found: Found | undefined, bit: number): void {
  for (let row = 0; row < (found?.size ?? 0); row++) {
    const merged = rowOf.get(idAt(found, row)) as number;
    sources[merged] = (sources[merged] as number) | bit;
  }
}

/** A source's score of each merged id; 0 for an id that it did not find. */
function scoresOf(found: Found | undefined, rowOf: RowsById): F32Column {
  const scores = new F32Writer(rowOf.size);
  const score = found?.column("score");
  for (let row = 0; row < (found?.size ?? 0); row++) {
    scores.set(rowOf.get(idAt(found, row)) as number, (score as F32Column).at(row));
  }
  return scores.seal();
}
