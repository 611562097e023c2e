import { node } from "@tenon/graph-core";
import { candidatesOf, evidenceOf } from "../shared/search-answer.ts";
import { retrieveByKeywordContract } from "./retrieve-by-keyword.contract.ts";

export const retrieveByKeyword = node({
  ...retrieveByKeywordContract,
  run: ({ targetingQuery, queryWords }, { uses: { adIndex, retrievalPolicy }, width }) => {
    const answer = adIndex.searchKeywords({
      filter: targetingQuery,
      words: queryWords,
      limit: width(retrievalPolicy.keywordAdsMax, retrievalPolicy.keywordAdsMin),
      timeBudgetMs: retrievalPolicy.searchBudgetMs,
    });
    return { keywordCandidates: candidatesOf(answer), keywordEvidence: evidenceOf(answer) };
  },
});
