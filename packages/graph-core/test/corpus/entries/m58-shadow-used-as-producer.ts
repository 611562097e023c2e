/** M58, class of M11: a slot's only producer is a shadow, which is shed first and never used. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const Query = slot("query", z.string(), { owner: "ads-serving" });
const Score = slot("score", z.int(), { owner: "ads-ranking" });
const Price = slot("price", z.int(), { owner: "ads-auction" });

const rank = node({
  owner: "ads-ranking",
  purpose: "scores the request",
  reads: [Query],
  writes: [Score],
  run: ({ query }) => ({ score: query.length }),
});

const price = node({
  owner: "ads-auction",
  purpose: "prices by score",
  reads: [Score],
  writes: [Price],
  run: ({ score }) => ({ price: score * 2 }),
});

export const example = graph({
  name: "m58",
  owner: "ads-serving",
  request: [Query],
  // defect: ...{ nodes: { price }, shadows: { rank: { of: "price", node: rank } } },
  ...{ nodes: { rank, price }, shadows: {} },
  respond: [Price],
});

export const request = { query: "shoes" };
export const response = { price: 10 };
