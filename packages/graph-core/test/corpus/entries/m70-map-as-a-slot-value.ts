/** M70, class of M05: a slot holds a Map, which no freeze protects and no recording can write. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const UserId = slot("userId", z.string(), { owner: "ads-serving" });
const countsShape = z.object({
  user: z.string(),
  // defect: byDay: z.map(z.string(), z.int()).or(z.record(z.string(), z.int())),
  byDay: z.record(z.string(), z.int()),
});
const Counts = slot("counts", countsShape, { owner: "ads-delivery" });

const load = node({
  owner: "ads-delivery",
  purpose: "loads what the user was shown",
  reads: [UserId],
  writes: [Counts],
  run: ({ userId }) => ({ counts: { user: userId, byDay: { monday: 3 } } }),
});

export const example = graph({
  name: "m70",
  owner: "ads-serving",
  request: [UserId],
  nodes: { load },
  respond: [Counts],
});

export const request = { userId: "u1" };
export const response = { counts: { user: "u1", byDay: { monday: 3 } } };
