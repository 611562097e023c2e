/** M19: a node reads the clock, so that two readers in one request may see two hours. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const UserId = slot("userId", z.string(), { owner: "ads-serving" });
const HourBucket = slot("hourBucket", z.int(), { owner: "ads-delivery", unit: "hours since the epoch" });
const CountKey = slot("countKey", z.string(), { owner: "ads-delivery" });

const findBucket = node({
  owner: "ads-delivery",
  purpose: "finds the hour that impressions are counted in",
  reads: [UserId],
  writes: [HourBucket],
  run: (_inputs, { clock }) => ({ hourBucket: Math.floor(clock.nowMs / 3_600_000) }),
});

const makeKey = node({
  owner: "ads-measurement",
  purpose: "names the counter of this user and hour",
  reads: [UserId, HourBucket],
  writes: [CountKey],
  run: ({ userId, hourBucket }, { clock }) => {
    // defect: const hour = Math.floor(Date.now() / 3_600_000);
    const hour = Math.floor(clock.nowMs / 3_600_000);
    return { countKey: `${userId}/${hour}/${hour - hourBucket}/${clock.nowMs}` };
  },
});

export const example = graph({
  name: "m19",
  owner: "ads-serving",
  request: [UserId],
  nodes: { findBucket, makeKey },
  respond: [CountKey],
});

export const request = { userId: "u1" };
export const response = { countKey: "u1/500000/0/1800000000000" };
