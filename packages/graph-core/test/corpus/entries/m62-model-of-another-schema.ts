/** M62, class of M29: the schema's units changed after the model was trained; names and types are the same. */
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

const distance = { name: "distance", type: "f64", nullPolicy: "missing", owner: "ads-data", version: 1 } as const;
const trainedOn = defineFeatureSchema({ name: "ranking", version: 1, features: [{ ...distance, unit: "km" }] });
const served = defineFeatureSchema({
  name: "ranking",
  version: 1,
  // defect: features: [{ ...distance, unit: "miles" }],
  features: [{ ...distance, unit: "km" }],
});

const Features = slot("features", featureSnapshotSchema(served), { owner: "ads-data" });
const Score = slot("score", z.number(), { owner: "ads-ranking" });
const ClickModel = resource<{ readonly weight: number }>()("clickModel", {
  owner: "ads-models",
  purpose: "predicts clicks",
  manifest: {
    version: "2026-01",
    featureSchemaFingerprint: trainedOn.fingerprint,
    features: ["distance"],
    dictionaries: {},
  },
});

const rank = node({
  owner: "ads-ranking",
  purpose: "scores the request",
  reads: [Features],
  uses: [ClickModel],
  writes: [Score],
  scores: { snapshot: Features, features: "all", unlogged: "this graph only explains scores" },
  run: ({ features }, { uses }) => ({ score: uses.clickModel.weight * features.valueAt("distance", 0) }),
});

export const example = graph({
  name: "m62",
  owner: "ads-serving",
  request: [Features],
  nodes: { rank },
  respond: [Score],
});

export const bindings = { clickModel: bind(ClickModel, { value: { weight: 2 } }) };
export const request = { features: new FeatureSnapshotBuilder(served, 1).setScalar("distance", 4).build() };
export const response = { score: 8 };
