/** M75, class of M11: a slot of an inner condition is needed by a node that runs under the outer one. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const UserId = slot("userId", z.string(), { owner: "ads-serving" });
const Consented = slot("consented", z.boolean(), { owner: "ads-privacy" });
const Known = slot("known", z.boolean(), { owner: "ads-data" });
const Interests = slot("interests", z.int(), { owner: "ads-data" });
const Boost = slot("boost", z.int(), { owner: "ads-ranking" });
const Score = slot("score", z.int(), { owner: "ads-ranking" });

const find = node({
  owner: "ads-data",
  purpose: "says whether the user is known",
  when: Consented,
  reads: [UserId],
  writes: [Known],
  run: ({ userId }) => ({ known: userId !== "" }),
});

const load = node({
  owner: "ads-data",
  purpose: "loads the interests of known users",
  when: Known,
  reads: [UserId],
  writes: [Interests],
  run: () => ({ interests: 4 }),
});

const boost = node({
  owner: "ads-ranking",
  purpose: "boosts by interests",
  // defect: when: Consented,
  when: Known,
  reads: [Interests],
  writes: [Boost],
  run: ({ interests }) => ({ boost: interests * 2 }),
});

const score = node({
  owner: "ads-ranking",
  purpose: "scores the request",
  reads: [UserId],
  soft: [Boost],
  writes: [Score],
  run: ({ boost: by }) => ({ score: by ?? 0 }),
});

export const example = graph({
  name: "m75",
  owner: "ads-serving",
  request: [UserId, Consented],
  nodes: { find, load, boost, score },
  respond: [Score],
});

export const request = { userId: "u1", consented: true };
export const response = { score: 8 };
