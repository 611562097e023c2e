/** M81, class of M23: a feature is set under a name that the schema does not hold. */
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
  features: [{ name: "shownToday", type: "f64", unit: "count", nullPolicy: "missing", owner: "ads-data", version: 1 }],
});
const Shown = slot("shown", z.number(), { owner: "ads-data" });
const Features = slot("features", featureSnapshotSchema(rankingFeatures), { owner: "ads-data" });
const Known = slot("known", z.boolean(), { owner: "ads-ranking" });

const assemble = node({
  owner: "ads-data",
  purpose: "collects the features",
  reads: [Shown],
  writes: [Features],
  run: ({ shown }) => ({
    // defect: features: new FeatureSnapshotBuilder(rankingFeatures, 1).setScalar("shown", shown).build(),
    features: new FeatureSnapshotBuilder(rankingFeatures, 1).setScalar("shownToday", shown).build(),
  }),
});

const rank = node({
  owner: "ads-ranking",
  purpose: "says whether the count is known",
  reads: [Features],
  writes: [Known],
  scores: { snapshot: Features, features: "all", unlogged: "this graph only explains scores" },
  run: ({ features }) => ({ known: features.statusAt("shownToday", 0) === "ok" }),
});

export const example = graph({
  name: "m81",
  owner: "ads-serving",
  request: [Shown],
  nodes: { assemble, rank },
  respond: [Known],
});

export const request = { shown: 3 };
export const response = { known: true };
