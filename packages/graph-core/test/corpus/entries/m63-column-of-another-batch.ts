/** M63, class of M09: a column is read beside a batch whose rows are others, and row 0 is another ad. */
import {
  CandidateBatch,
  candidateBatchSchema,
  columnSchema,
  drop,
  F64Column,
  filter,
  graph,
  IdColumn,
  map,
  node,
  slot,
} from "@tenon/graph-core";
import { z } from "zod";

const Candidates = slot("candidates", candidateBatchSchema({}), { owner: "ads-retrieval" });
const Organic = slot("organic", candidateBatchSchema({}), { owner: "ads-blending" });
const Kept = slot("kept", candidateBatchSchema({}), { owner: "ads-delivery" });
const Ctr = slot("ctr", columnSchema("f64", { of: Candidates }), { owner: "ads-ranking" });
const Best = slot("best", z.number(), { owner: "ads-auction" });

const predict = map({
  owner: "ads-ranking",
  purpose: "predicts the click probability of every candidate",
  of: Candidates,
  writes: [Ctr],
  run: ({ candidates }) => ({ ctr: F64Column.fill(candidates.size, (row) => candidates.ids.at(row) / 10) }),
});

const dropFirst = filter({
  owner: "ads-delivery",
  purpose: "drops the first candidate",
  of: Candidates,
  kept: Kept,
  run: () => (row) => (row === 0 ? drop("first") : undefined),
});

const findBest = node({
  owner: "ads-auction",
  purpose: "finds the best click probability",
  // defect: reads: [Organic, Kept, Ctr].filter((each) => each !== Kept) as unknown as readonly [typeof Kept, typeof Ctr],
  reads: [Kept, Ctr],
  writes: [Best],
  run: ({ kept, ctr }) => ({ best: ctr.at(kept.size) }),
});

export const example = graph({
  name: "m63",
  owner: "ads-serving",
  request: [Candidates, Organic],
  nodes: { predict, dropFirst, findBest },
  respond: [Best, Kept],
});

const batch = (...ids: number[]) => CandidateBatch.of(IdColumn.from(ids), {});
export const request = { candidates: batch(3, 5), organic: batch(1, 2, 4) };
export const response = { best: 0.5, kept: batch(5) };
