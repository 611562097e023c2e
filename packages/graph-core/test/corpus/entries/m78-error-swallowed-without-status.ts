/** M78, class of M53: a node turns an error into a value that looks measured. */
import { bind, graph, node, resource, slot } from "@tenon/graph-core";
import { z } from "zod";

const UserId = slot("userId", z.string(), { owner: "ads-serving" });
const Shown = slot("shown", z.object({ status: z.enum(["ok", "missing"]), today: z.int() }), { owner: "ads-delivery" });
const CountStore = resource<{ readonly read: (userId: string) => number }>()("countStore", {
  owner: "ads-data",
  purpose: "counts of shown ads per user",
  methods: ["read"],
});

const loadShown = node({
  owner: "ads-delivery",
  purpose: "counts what the user was shown today",
  reads: [UserId],
  uses: [CountStore],
  writes: [Shown],
  onFailure: { fallback: { shown: { status: "missing", today: 0 } } },
  run: ({ userId }, { uses }) => {
    // defect: try { return { shown: { status: "ok", today: uses.countStore.read(userId) } }; } catch { return { shown: { status: "ok", today: 0 } }; }
    return { shown: { status: "ok", today: uses.countStore.read(userId) } };
  },
});

export const example = graph({
  name: "m78",
  owner: "ads-serving",
  request: [UserId],
  nodes: { loadShown },
  respond: [Shown],
});

const read = (): number => {
  throw new Error("the count store is away");
};
export const bindings = { countStore: bind(CountStore, { value: { read } }) };
export const request = { userId: "u1" };
export const response = { shown: { status: "missing", today: 0 } };
