/** M77, class of M53: a sync node that every reader can do without would still fail the request. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const UserId = slot("userId", z.string(), { owner: "ads-serving" });
const Fatigue = slot("fatigue", z.number(), { owner: "ads-delivery" });
const Score = slot("score", z.number(), { owner: "ads-ranking" });

const guessFatigue = node({
  owner: "ads-delivery",
  purpose: "guesses how tired the user is of ads",
  reads: [UserId],
  writes: [Fatigue],
  // defect: // nothing is said about failure
  onFailure: "omit",
  run: ({ userId }) => {
    if (userId === "") throw new Error("no user");
    return { fatigue: 1 };
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
  name: "m77",
  owner: "ads-serving",
  request: [UserId],
  nodes: { guessFatigue, rank },
  respond: [Score],
});

export const request = { userId: "" };
export const response = { score: 0 };
