/** M37: candidates of equal score keep the order in which retrieval found them. */
import { CandidateBatch, candidateBatchSchema, F64Column, graph, IdColumn, node, slot } from "@tenon/graph-core";

const scored = candidateBatchSchema({ score: "f64" });
const Candidates = slot("candidates", scored, { owner: "ads-retrieval" });
const Ranked = slot("ranked", scored, { owner: "ads-ranking" });

const rank = node({
  owner: "ads-ranking",
  purpose: "puts the best candidate first",
  reads: [Candidates],
  writes: [Ranked],
  // defect: // the order is whatever the comparator and arrival make of it
  orders: { by: ["score, descending"], tieBreak: "id" },
  run: ({ candidates }) => {
    const { ids } = candidates;
    const score = candidates.column("score");
    const rows = Array.from({ length: candidates.size }, (_, row) => row);
    return { ranked: candidates.select(rows.toSorted((a, b) => score.at(b) - score.at(a) || ids.at(a) - ids.at(b))) };
  },
});

export const example = graph({
  name: "m37",
  owner: "ads-serving",
  request: [Candidates],
  nodes: { rank },
  respond: [Ranked],
});

const batch = (ids: readonly number[], scores: readonly number[]) =>
  CandidateBatch.of(IdColumn.from(ids), { score: F64Column.from(scores) });
export const request = { candidates: batch([9, 4, 7], [0.5, 0.5, 0.9]) };
export const response = { ranked: batch([7, 4, 9], [0.9, 0.5, 0.5]) };
