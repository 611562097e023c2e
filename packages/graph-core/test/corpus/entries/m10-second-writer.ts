/** M10: two nodes write one slot; readers would get whichever finished last. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const Query = slot("query", z.string(), { owner: "ads-serving" });
const NearAds = slot("nearAds", z.array(z.int()), { owner: "ads-retrieval" });
const KeywordAds = slot("keywordAds", z.array(z.int()), { owner: "ads-search", keptFor: "comparison of both sources" });

const retrieveNear = node({
  owner: "ads-retrieval",
  purpose: "finds ads near the user",
  reads: [Query],
  writes: [NearAds],
  run: () => ({ nearAds: [1, 2] }),
});

const retrieveByKeyword = node({
  owner: "ads-search",
  purpose: "finds ads that bid on the query",
  reads: [Query],
  writes: [KeywordAds],
  run: () => ({ keywordAds: [3] }),
});

export const retrieveAgain = node({
  owner: "ads-search",
  purpose: "finds ads that bid on the query",
  reads: [Query],
  writes: [NearAds],
  run: () => ({ nearAds: [3] }),
});

export const example = graph({
  name: "m10",
  owner: "ads-serving",
  request: [Query],
  // untyped: nodes: { retrieveNear, retrieveAgain, retrieveByKeyword } as any,
  // defect: nodes: { retrieveNear, retrieveAgain, retrieveByKeyword },
  nodes: { retrieveNear, retrieveByKeyword },
  respond: [NearAds],
});

export const request = { query: "red shoes" };
export const response = { nearAds: [1, 2] };
