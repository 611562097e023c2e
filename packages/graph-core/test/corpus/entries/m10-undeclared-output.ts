/** M10: a node returns a slot that it does not declare to write. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const Query = slot("query", z.string(), { owner: "ads-serving" });
const Words = slot("words", z.array(z.string()), { owner: "ads-search" });
const WordCount = slot("wordCount", z.int(), { owner: "ads-ranking" });

const split = node({
  owner: "ads-search",
  purpose: "splits the query into words",
  reads: [Query],
  writes: [Words],
  // untyped: run: ({ query }): any => ({ words: query.split(" "), wordCount: 9 }),
  // defect: run: ({ query }) => ({ words: query.split(" "), wordCount: 9 }),
  run: ({ query }) => ({ words: query.split(" ") }),
});

const count = node({
  owner: "ads-ranking",
  purpose: "counts the words",
  reads: [Words],
  writes: [WordCount],
  run: ({ words }) => ({ wordCount: words.length }),
});

export const example = graph({
  name: "m10",
  owner: "ads-serving",
  request: [Query],
  nodes: { split, count },
  respond: [WordCount],
});

export const request = { query: "red shoes" };
export const response = { wordCount: 2 };
