import { readsOfIndex } from "@tenon/ad-index/api";
import { IsSearch, QueryWords } from "../../feature-expansion/slots.ts";
import { AdIndexResource, RetrievalPolicyResource } from "../resources.ts";
import { KeywordCandidates, KeywordEvidence, TargetingQuery } from "../slots.ts";

export const retrieveByKeywordContract = {
  owner: "ads-retrieval",
  purpose: "finds the matching ads whose words answer the query",
  when: IsSearch,
  reads: [TargetingQuery, QueryWords],
  writes: [KeywordCandidates, KeywordEvidence],
  uses: [AdIndexResource, RetrievalPolicyResource],
  columns: [readsOfIndex("searchKeywords")],
  budgetMs: 10,
  // The other sources may still find something.
  onFailure: "omit",
  declassifies: { labels: ["pii"], reason: "ids and scores of ads, and how many matched" },
} as const;
