/** M11: an old node is removed from the graph, and its reader stays. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const UserId = slot("userId", z.string(), { owner: "ads-serving" });
const Counts = slot("counts", z.int(), { owner: "ads-data", keptFor: "the debug view" });
const MayShow = slot("mayShow", z.boolean(), { owner: "ads-delivery" });

export const loadCounts = node({
  owner: "ads-data",
  purpose: "counts what the user was shown",
  reads: [UserId],
  writes: [Counts],
  run: () => ({ counts: 3 }),
});

const decide = node({
  owner: "ads-delivery",
  purpose: "decides whether the user may see another ad",
  reads: [Counts],
  writes: [MayShow],
  run: ({ counts }) => ({ mayShow: counts < 5 }),
});

export const example = graph({
  name: "m11",
  owner: "ads-serving",
  request: [UserId],
  // defect: nodes: { decide },
  nodes: { loadCounts, decide },
  respond: [MayShow],
});

export const request = { userId: "u1" };
export const response = { mayShow: true };
