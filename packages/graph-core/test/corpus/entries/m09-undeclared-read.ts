/** M09: a node uses a slot that it does not declare, so nobody orders it after that slot's producer. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const UserId = slot("userId", z.string(), { owner: "ads-serving" });
const UserCounts = slot("userCounts", z.object({ shownToday: z.int() }), { owner: "ads-delivery" });
const MayShow = slot("mayShow", z.boolean(), { owner: "ads-auction" });

const loadCounts = node({
  owner: "ads-delivery",
  purpose: "counts what the user was shown today",
  reads: [UserId],
  writes: [UserCounts],
  run: ({ userId }) => ({ userCounts: { shownToday: userId.length } }),
});

const decide = node({
  owner: "ads-auction",
  purpose: "decides whether the user may see another ad",
  // untyped: reads: [UserId] as unknown as readonly [typeof UserId, typeof UserCounts],
  // defect: reads: [UserId],
  reads: [UserId, UserCounts],
  writes: [MayShow],
  run: ({ userCounts }) => ({ mayShow: userCounts.shownToday < 5 }),
});

export const example = graph({
  name: "m09",
  owner: "ads-serving",
  request: [UserId],
  nodes: { loadCounts, decide },
  respond: [MayShow, UserCounts],
});

export const request = { userId: "u1" };
export const response = { mayShow: true, userCounts: { shownToday: 2 } };
