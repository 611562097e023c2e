/** M87, class of M26: a count that nobody has becomes a feature of value 0 and status ok. */
import {
  bind,
  defineFeatureSchema,
  FeatureSnapshotBuilder,
  featureSnapshotSchema,
  graph,
  node,
  resource,
  slot,
} from "@tenon/graph-core";
import { z } from "zod";

const rankingFeatures = defineFeatureSchema({
  name: "ranking",
  version: 1,
  features: [{ name: "clicks", type: "f64", unit: "count", nullPolicy: "missing", owner: "ads-data", version: 1 }],
});
const UserId = slot("userId", z.string(), { owner: "ads-serving" });
const Features = slot("features", featureSnapshotSchema(rankingFeatures), { owner: "ads-data" });
const Known = slot("known", z.boolean(), { owner: "ads-ranking" });
const CountStore = resource<{ readonly clicksOf: (userId: string) => number | undefined }>()("countStore", {
  owner: "ads-data",
  purpose: "clicks per user, where they are known",
  methods: ["clicksOf"],
});

const assemble = node({
  owner: "ads-data",
  purpose: "freezes what the model reads",
  reads: [UserId],
  uses: [CountStore],
  writes: [Features],
  onFailure: "failRequest",
  run: ({ userId }, { uses }) => {
    const builder = new FeatureSnapshotBuilder(rankingFeatures, 1);
    // defect: builder.setScalar("clicks", uses.countStore.clicksOf(userId) ?? 0);
    builder.setScalar("clicks", uses.countStore.clicksOf(userId));
    return { features: builder.build() };
  },
});

const rank = node({
  owner: "ads-ranking",
  purpose: "says whether the clicks are known",
  reads: [Features],
  writes: [Known],
  scores: { snapshot: Features, features: "all", unlogged: "this graph only explains scores" },
  run: ({ features }) => ({ known: features.statusAt("clicks", 0) === "ok" }),
});

export const example = graph({
  name: "m87",
  owner: "ads-serving",
  request: [UserId],
  nodes: { assemble, rank },
  respond: [Known],
});

export const bindings = { countStore: bind(CountStore, { value: { clicksOf: () => undefined } }) };
export const request = { userId: "u1" };
export const response = { known: false };
