/** M29: a categorical feature is encoded with another dictionary version than its model was trained with. */
import {
  bind,
  Dictionary,
  defineFeatureSchema,
  FeatureSnapshotBuilder,
  featureSnapshotSchema,
  graph,
  node,
  resource,
  slot,
} from "@tenon/graph-core";
import { z } from "zod";

const trained = new Dictionary(["desktop", "phone"]);
const trainedOn = defineFeatureSchema({
  name: "ranking",
  version: 1,
  features: [
    {
      name: "device",
      type: "dictionary",
      unit: "none",
      nullPolicy: "missing",
      owner: "ads-data",
      version: 1,
      dictionary: trained,
    },
  ],
});
const served = defineFeatureSchema({
  ...trainedOn,
  // defect: features: [{ ...trainedOn.declaration("device"), dictionary: new Dictionary(["phone", "desktop"]) }],
  features: [{ ...trainedOn.declaration("device"), dictionary: trained }],
});

const Features = slot("features", featureSnapshotSchema(served), { owner: "ads-data" });
const Score = slot("score", z.number(), { owner: "ads-ranking" });
const ClickModel = resource<{ readonly weights: readonly number[] }>()("clickModel", {
  owner: "ads-models",
  purpose: "predicts clicks",
  manifest: {
    version: "2026-01",
    featureSchemaFingerprint: trainedOn.fingerprint,
    features: ["device"],
    dictionaries: { device: trained.fingerprint },
  },
});

const rank = node({
  owner: "ads-ranking",
  purpose: "scores the request",
  reads: [Features],
  uses: [ClickModel],
  writes: [Score],
  scores: { snapshot: Features, features: "all", unlogged: "this graph only explains scores" },
  run: ({ features }, { uses }) => ({ score: uses.clickModel.weights[features.valueAt("device", 0)] ?? 0 }),
});

export const example = graph({
  name: "m29",
  owner: "ads-serving",
  request: [Features],
  nodes: { rank },
  respond: [Score],
});

export const bindings = { clickModel: bind(ClickModel, { value: { weights: [0.1, 0.9] } }) };
export const request = { features: new FeatureSnapshotBuilder(served, 1).setScalar("device", 1).build() };
export const response = { score: 0.9 };
