/** M59, class of M53: a failing node leaves its slot out, and a reader needs it. */
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
  // defect: onFailure: "omit",
  onFailure: { fallback: { fatigue: 0 } },
  run: async () => {
    throw new Error("the fatigue store is away");
  },
});

const rank = node({
  owner: "ads-ranking",
  purpose: "scores the request",
  reads: [UserId, Fatigue],
  writes: [Score],
  run: ({ userId, fatigue }) => ({ score: userId.length - fatigue }),
});

export const example = graph({
  name: "m59",
  owner: "ads-serving",
  request: [UserId],
  nodes: { loadFatigue, rank },
  respond: [Score],
});

export const request = { userId: "u1" };
export const response = { score: 2 };
