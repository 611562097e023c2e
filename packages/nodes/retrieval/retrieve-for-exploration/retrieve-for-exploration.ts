import { node } from "@tenon/graph-core";
import { randomDirection } from "../shared/random-direction.ts";
import { candidatesOf, evidenceOf } from "../shared/search-answer.ts";
import { retrieveForExplorationContract } from "./retrieve-for-exploration.contract.ts";

/**
 * The direction depends on the request's seed alone, so every ad is near it for some request. Not every ad equally often:
 * one that stands alone is nearest more often than one in a crowd. Exploration is the first thing to go under load.
 */
export const retrieveForExploration = node({
  ...retrieveForExplorationContract,
  run: async ({ targetingQuery, userEmbedding }, { uses: { adIndex, retrievalPolicy }, width, random }) => {
    const answer = await adIndex.searchVectors({
      filter: targetingQuery,
      vector: randomDirection(userEmbedding.vector.length, (index) => random("exploration direction", index)),
      embeddingVersion: userEmbedding.version,
      limit: width(retrievalPolicy.explorationAdsMax, 0),
      timeBudgetMs: retrievalPolicy.searchBudgetMs,
    });
    return { explorationCandidates: candidatesOf(answer), explorationEvidence: evidenceOf(answer) };
  },
});
