/** M26: the answer of a failed read is filled with a number as if it had been measured. */
import { type ImpressionCount, ImpressionCountSchema, impressionCount } from "@tenon/ads-model";
import { bind, graph, node, resource, slot } from "@tenon/graph-core";
import { z } from "zod";

const UserId = slot("userId", z.string(), { owner: "ads-serving" });
const Shown = slot(
  "shown",
  z.discriminatedUnion("status", [
    z.object({ status: z.literal("ok"), today: ImpressionCountSchema }),
    z.object({ status: z.literal("missing") }),
  ]),
  { owner: "ads-delivery" },
);
const Rested = slot("rested", z.boolean(), { owner: "ads-ranking" });
const CountStore = resource<{ readonly read: (userId: string) => ImpressionCount | undefined }>()("countStore", {
  owner: "ads-data",
  purpose: "impressions per user, where they are known",
  methods: ["read"],
});

const loadShown = node({
  owner: "ads-delivery",
  purpose: "counts what the user was shown today",
  reads: [UserId],
  uses: [CountStore],
  writes: [Shown],
  onFailure: "failRequest",
  run: ({ userId }, { uses }) => {
    const today = uses.countStore.read(userId);
    // untyped: if (today === undefined) return { shown: { status: "missing", today: -1 } as any };
    // defect: if (today === undefined) return { shown: { status: "ok", today: -1 } };
    if (today === undefined) return { shown: { status: "missing" } };
    return { shown: { status: "ok", today } };
  },
});

const decide = node({
  owner: "ads-ranking",
  purpose: "decides whether the user has rested from ads; unknown counts as not rested",
  reads: [Shown],
  writes: [Rested],
  run: ({ shown }) => ({ rested: shown.status === "ok" && shown.today < impressionCount(3) }),
});

export const example = graph({
  name: "m26",
  owner: "ads-serving",
  request: [UserId],
  nodes: { loadShown, decide },
  respond: [Rested, Shown],
});

export const bindings = { countStore: bind(CountStore, { value: { read: () => undefined } }) };
export const request = { userId: "u1" };
export const response = { rested: false, shown: { status: "missing" } };
