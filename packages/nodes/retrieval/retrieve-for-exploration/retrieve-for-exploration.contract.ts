import { readsOfIndex } from "@tenon/ad-index/api";
import { UserEmbedding } from "../../feature-expansion/slots.ts";
import { AdIndexResource, RetrievalPolicyResource } from "../resources.ts";
import { ExplorationCandidates, ExplorationEvidence, TargetingQuery } from "../slots.ts";

export const retrieveForExplorationContract = {
  owner: "ads-retrieval",
  purpose: "finds a few matching ads in a random direction, so that ads without history are seen",
  reads: [TargetingQuery, UserEmbedding],
  writes: [ExplorationCandidates, ExplorationEvidence],
  uses: [AdIndexResource, RetrievalPolicyResource],
  // A search over a large index may leave the event loop.
  async: true,
  columns: [readsOfIndex("searchVectors")],
  budgetMs: 10,
  onFailure: "omit",
  declassifies: { labels: ["pii"], reason: "ids and scores of ads, and how many matched" },
} as const;
