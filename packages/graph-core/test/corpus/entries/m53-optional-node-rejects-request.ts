/** M53: an error in an optional node rejects the whole request, because nobody said otherwise. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const UserId = slot("userId", z.string(), { owner: "ads-serving" });
const Fatigue = slot("fatigue", z.number(), { owner: "ads-delivery" });
const Score = slot("score", z.number(), { owner: "ads-ranking" });

const loadFatigue = node({
  owner: "ads-delivery",
  purpose: "loads how tired the user is of ads",
  reads: [UserId],
  writes: [Fatigue],
  async: true,
  // untyped: ...({} as any),
  // defect: // nothing is said about failure
  onFailure: "omit",
  run: async () => {
    throw new Error("the fatigue store is away");
  },
});

const rank = node({
  owner: "ads-ranking",
  purpose: "scores the request",
  reads: [UserId],
  soft: [Fatigue],
  writes: [Score],
  run: ({ userId, fatigue }) => ({ score: userId.length - (fatigue ?? 0) }),
});

export const example = graph({
  name: "m53",
  owner: "ads-serving",
  request: [UserId],
  nodes: { loadFatigue, rank },
  respond: [Score],
});

export const request = { userId: "u1" };
export const response = { score: 2 };
