import { readsOfIndex } from "@tenon/ad-index/api";
import { QueryEmbedding, UserEmbedding } from "../../feature-expansion/slots.ts";
import { AdIndexResource, RetrievalPolicyResource } from "../resources.ts";
import { TargetingQuery, VectorCandidates, VectorEvidence } from "../slots.ts";

export const retrieveByVectorContract = {
  owner: "ads-retrieval",
  purpose: "finds the matching ads nearest to the query, or to the user's interests",
  reads: [TargetingQuery, UserEmbedding],
  soft: [QueryEmbedding],
  writes: [VectorCandidates, VectorEvidence],
  uses: [AdIndexResource, RetrievalPolicyResource],
  // A search over a large index may leave the event loop.
  async: true,
  columns: [readsOfIndex("searchVectors")],
  budgetMs: 10,
  // The other sources may still find something.
  onFailure: "omit",
  declassifies: { labels: ["pii"], reason: "ids and scores of ads, and how many matched" },
} as const;
