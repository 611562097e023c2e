/** M52: the fallback has another schema than the main branch. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const UserId = slot("userId", z.string(), { owner: "ads-serving" });
const Interests = slot("interests", z.object({ status: z.enum(["ok", "default"]), words: z.array(z.string()) }), {
  owner: "ads-delivery",
});
const Count = slot("count", z.int(), { owner: "ads-ranking" });

const loadInterests = node({
  owner: "ads-delivery",
  purpose: "loads what the user is interested in",
  reads: [UserId],
  writes: [Interests],
  async: true,
  // untyped: onFailure: { fallback: { interests: [] as any } },
  // defect: onFailure: { fallback: { interests: [] } },
  onFailure: { fallback: { interests: { status: "default", words: [] } } },
  run: async () => {
    throw new Error("the profile store is away");
  },
});

const count = node({
  owner: "ads-ranking",
  purpose: "counts the interests",
  reads: [Interests],
  writes: [Count],
  run: ({ interests }) => ({ count: interests.words.length }),
});

export const example = graph({
  name: "m52",
  owner: "ads-serving",
  request: [UserId],
  nodes: { loadInterests, count },
  respond: [Interests, Count],
});

export const request = { userId: "u1" };
export const response = { interests: { status: "default", words: [] }, count: 0 };
