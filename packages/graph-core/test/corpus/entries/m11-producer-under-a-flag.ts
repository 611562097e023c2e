/** M11: a required input has a producer only under a flag. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const UserId = slot("userId", z.string(), { owner: "ads-serving" });
const Personalise = slot("personalise", z.boolean(), { owner: "ads-privacy" });
const Interests = slot("interests", z.array(z.string()), { owner: "ads-data" });
const Score = slot("score", z.number(), { owner: "ads-ranking" });

const loadInterests = node({
  owner: "ads-data",
  purpose: "loads what the user is interested in",
  when: Personalise,
  reads: [UserId],
  writes: [Interests],
  run: () => ({ interests: ["shoes"] }),
});

const rank = node({
  owner: "ads-ranking",
  purpose: "scores the request",
  // defect: reads: [UserId, Interests],
  ...{ reads: [UserId] as const, soft: [Interests] as const },
  writes: [Score],
  run: ({ interests }) => ({ score: interests?.length ?? 0 }),
});

export const example = graph({
  name: "m11",
  owner: "ads-serving",
  request: [UserId, Personalise],
  nodes: { loadInterests, rank },
  respond: [Score],
});

export const request = { userId: "u1", personalise: false };
export const response = { score: 0 };
