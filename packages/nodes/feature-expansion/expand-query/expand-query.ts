import { node } from "@tenon/graph-core";
import { tellingWords } from "../shared/stop-words.ts";
import { expandQueryContract } from "./expand-query.contract.ts";

export const expandQuery = node({
  ...expandQueryContract,
  run: ({ searchWords }, { uses: { embeddings } }) => {
    const queryWords = tellingWords(searchWords);
    return {
      queryEmbedding: {
        version: embeddings.version,
        vector: embeddings.ofWords(queryWords),
        knownWordCount: embeddings.knownWordCount(queryWords),
      },
      queryWords,
    };
  },
});
