/** M60, class of M26: the features of a fallback carry status ok, as if they had been measured. */
import {
  defineFeatureSchema,
  FeatureSnapshotBuilder,
  featureSnapshotSchema,
  graph,
  node,
  slot,
} from "@tenon/graph-core";
import { z } from "zod";

const rankingFeatures = defineFeatureSchema({
  name: "ranking",
  version: 1,
  features: [{ name: "ctr", type: "f64", unit: "none", nullPolicy: "missing", owner: "ads-data", version: 1 }],
});
const AdId = slot("adId", z.int(), { owner: "ads-serving" });
const Features = slot("features", featureSnapshotSchema(rankingFeatures), { owner: "ads-data" });
const Known = slot("known", z.boolean(), { owner: "ads-ranking" });

const load = node({
  owner: "ads-data",
  purpose: "loads the features",
  reads: [AdId],
  writes: [Features],
  async: true,
  onFailure: {
    fallback: {
      // defect: features: new FeatureSnapshotBuilder(rankingFeatures, 1).setScalar("ctr", 0).build(),
      features: new FeatureSnapshotBuilder(rankingFeatures, 1).setScalar("ctr", undefined, "timeout").build(),
    },
  },
  run: async () => {
    throw new Error("the feature store is away");
  },
});

const rank = node({
  owner: "ads-ranking",
  purpose: "says whether the click rate is known",
  reads: [Features],
  writes: [Known],
  scores: { snapshot: Features, features: "all", unlogged: "this graph only explains scores" },
  run: ({ features }) => ({ known: features.statusAt("ctr", 0) === "ok" }),
});

export const example = graph({
  name: "m60",
  owner: "ads-serving",
  request: [AdId],
  nodes: { load, rank },
  respond: [Known],
});

export const request = { adId: 7 };
export const response = { known: false };
