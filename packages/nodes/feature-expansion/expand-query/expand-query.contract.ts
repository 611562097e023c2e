import { EmbeddingsResource } from "../resources.ts";
import { IsSearch, QueryEmbedding, QueryWords, SearchWords } from "../slots.ts";

export const expandQueryContract = {
  owner: "ads-retrieval",
  purpose: "turns the query into a vector and into the words that keyword search compares",
  when: IsSearch,
  reads: [SearchWords],
  writes: [QueryEmbedding, QueryWords],
  uses: [EmbeddingsResource],
  budgetMs: 1,
  declassifies: {
    labels: ["pii"],
    reason: "a mean of public word vectors; the words themselves keep a label of their own",
  },
} as const;
