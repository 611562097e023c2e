/** M64, class of M37: one batch is made of two without saying how, and would follow the order of arrival. */
import { CandidateBatch, candidateBatchSchema, graph, IdColumn, node, slot } from "@tenon/graph-core";

const Near = slot("near", candidateBatchSchema({}), { owner: "ads-retrieval" });
const Keyword = slot("keyword", candidateBatchSchema({}), { owner: "ads-search" });
const Candidates = slot("candidates", candidateBatchSchema({}), { owner: "ads-ranking" });

const merge = node({
  owner: "ads-ranking",
  purpose: "puts the candidates of both sources into one batch",
  reads: [Near, Keyword],
  writes: [Candidates],
  // defect: // nothing is said about the order of sources
  merges: { policy: "concat", tieBreak: "graphPosition" },
  run: ({ near, keyword }) => {
    const ids = [near, keyword].flatMap((batch) => Array.from({ length: batch.size }, (_, row) => batch.ids.at(row)));
    return { candidates: CandidateBatch.of(IdColumn.from(ids), {}) };
  },
});

export const example = graph({
  name: "m64",
  owner: "ads-serving",
  request: [Near, Keyword],
  nodes: { merge },
  respond: [Candidates],
});

const batch = (...ids: number[]) => CandidateBatch.of(IdColumn.from(ids), {});
export const request = { near: batch(3, 1), keyword: batch(2) };
export const response = { candidates: batch(3, 1, 2) };
