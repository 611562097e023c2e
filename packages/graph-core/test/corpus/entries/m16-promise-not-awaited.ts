/** M16: a promise in a node is not awaited: what it does happens after the request has ended. */
import { bind, graph, node, resource, slot } from "@tenon/graph-core";
import { z } from "zod";

const UserId = slot("userId", z.string(), { owner: "ads-serving" });
const Shown = slot("shown", z.int(), { owner: "ads-delivery" });
const CountStore = resource<{ readonly read: (userId: string) => Promise<number> }>()("countStore", {
  owner: "ads-data",
  purpose: "counts of shown ads per user",
  methods: ["read"],
});

const loadShown = node({
  owner: "ads-delivery",
  purpose: "counts what the user was shown",
  reads: [UserId],
  uses: [CountStore],
  writes: [Shown],
  async: true,
  onFailure: "failRequest",
  run: async ({ userId }, { uses }) => {
    let shown = 0;
    // defect: uses.countStore.read(userId).then((count) => { shown = count; });
    shown = await uses.countStore.read(userId);
    return { shown };
  },
});

export const example = graph({
  name: "m16",
  owner: "ads-serving",
  request: [UserId],
  nodes: { loadShown },
  respond: [Shown],
});

export const bindings = { countStore: bind(CountStore, { value: { read: async () => 3 } }) };
export const request = { userId: "u1" };
export const response = { shown: 3 };
