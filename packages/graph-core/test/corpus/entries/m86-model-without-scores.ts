/** M86, class of M23: a model reads features, and the node does not say which snapshot it scores. */
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
  features: [{ name: "ctr", type: "f64", unit: "none", nullPolicy: "missing", owner: "ads-data", version: 1 }],
});
const Features = slot("features", featureSnapshotSchema(rankingFeatures), { owner: "ads-data" });
const Score = slot("score", z.number(), { owner: "ads-ranking" });
const FeatureLog = slot("featureLog", featureSnapshotSchema(rankingFeatures), {
  owner: "ads-measurement",
  leaves: "log",
});
const ClickModel = resource<{ readonly weight: number }>()("clickModel", {
  owner: "ads-models",
  purpose: "predicts clicks",
  manifest: {
    version: "7",
    featureSchemaFingerprint: rankingFeatures.fingerprint,
    features: ["ctr"],
    dictionaries: {},
  },
});

const rank = node({
  owner: "ads-ranking",
  purpose: "scores the request",
  reads: [Features],
  uses: [ClickModel],
  writes: [Score],
  // defect: // nothing is said about features
  scores: { snapshot: Features, features: "all" },
  run: ({ features }, { uses }) => ({ score: features.valueAt("ctr", 0) * uses.clickModel.weight }),
});

const logFeatures = node({
  owner: "ads-measurement",
  purpose: "logs what was scored",
  reads: [Features],
  writes: [FeatureLog],
  logs: [{ snapshot: Features, features: "all" }],
  run: ({ features }) => ({ featureLog: features }),
});

export const example = graph({
  name: "m86",
  owner: "ads-serving",
  request: [Features],
  nodes: { rank, logFeatures },
  respond: [Score, FeatureLog],
});

const features = new FeatureSnapshotBuilder(rankingFeatures, 1).setScalar("ctr", 0.5).build();
export const bindings = { clickModel: bind(ClickModel, { value: { weight: 3 } }) };
export const request = { features };
export const response = { score: 1.5, featureLog: features };
