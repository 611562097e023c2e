import { ExplorationCandidates, KeywordCandidates, MergedCandidates, VectorCandidates } from "../slots.ts";

export const mergeCandidatesContract = {
  owner: "ads-retrieval",
  purpose: "makes one batch of what the sources found, each ad once",
  reads: [],
  soft: [VectorCandidates, KeywordCandidates, ExplorationCandidates],
  writes: [MergedCandidates],
  merges: { policy: "unionById", tieBreak: "id" },
  budgetMs: 1,
} as const;
