import { node } from "@tenon/graph-core";
import { candidatesOf, evidenceOf } from "../shared/search-answer.ts";
import { retrieveByVectorContract } from "./retrieve-by-vector.contract.ts";

/** What somebody asks for now says more than what they liked before: a query with a known word replaces the interests. */
export const retrieveByVector = node({
  ...retrieveByVectorContract,
  run: async (
    { targetingQuery, userEmbedding, queryEmbedding },
    { uses: { adIndex, retrievalPolicy }, width, random },
  ) => {
    const asked = queryEmbedding !== undefined && queryEmbedding.knownWordCount > 0;
    const { vector, version } = asked ? queryEmbedding : userEmbedding;
    const answer = await adIndex.searchVectors({
      filter: targetingQuery,
      vector,
      embeddingVersion: version,
      limit: width(retrievalPolicy.vectorAdsMax, retrievalPolicy.vectorAdsMin),
      timeBudgetMs: retrievalPolicy.searchBudgetMs,
      shadow: random("exact shadow") < retrievalPolicy.shadowShare,
    });
    return { vectorCandidates: candidatesOf(answer), vectorEvidence: evidenceOf(answer) };
  },
});
