/** M79, M15 caught early: a float sum over answers in the order in which they come. */
import { bind, graph, node, resource, slot } from "@tenon/graph-core";
import { z } from "zod";

const Shards = slot("shards", z.array(z.int()), { owner: "ads-serving" });
const Spend = slot("spend", z.number(), { owner: "ads-measurement" });
const SpendStore = resource<{ readonly read: (shard: number) => Promise<number> }>()("spendStore", {
  owner: "ads-data",
  purpose: "spend per shard",
  methods: ["read"],
});

const addUp = node({
  owner: "ads-measurement",
  purpose: "adds up the spend of all shards",
  reads: [Shards],
  uses: [SpendStore],
  writes: [Spend],
  async: true,
  onFailure: "failRequest",
  run: async ({ shards }, { uses }) => {
    let spend = 0;
    const answers = shards.map((shard) => uses.spendStore.read(shard));
    // defect: await Promise.all(answers.map(async (answer) => { spend += await answer; }));
    for (const amount of await Promise.all(answers)) spend += amount;
    return { spend };
  },
});

export const example = graph({
  name: "m79",
  owner: "ads-measurement",
  request: [Shards],
  nodes: { addUp },
  respond: [Spend],
});

const amounts = [1e16, 1, -1e16];
export const bindings = {
  spendStore: bind(SpendStore, { value: { read: async (shard: number) => amounts[shard] ?? 0 } }),
};
export const request = { shards: [0, 1, 2] };
export const response = { spend: 0 };
