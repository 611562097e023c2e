/** M23: a feature is used in ranking that the logged schema does not hold. */
import {
  defineFeatureSchema,
  FeatureSnapshotBuilder,
  featureSnapshotSchema,
  graph,
  node,
  slot,
} from "@tenon/graph-core";
import { z } from "zod";

const feature = { type: "f64", unit: "none", nullPolicy: "missing", owner: "ads-ranking", version: 1 } as const;
const loggedFeatures = defineFeatureSchema({ name: "ranking", version: 1, features: [{ ...feature, name: "age" }] });

const Age = slot("age", z.number(), { owner: "ads-delivery" });
const Features = slot("features", featureSnapshotSchema(loggedFeatures), { owner: "ads-ranking" });
const Score = slot("score", z.number(), { owner: "ads-ranking" });
const FeatureLog = slot("featureLog", z.object({ features: featureSnapshotSchema(loggedFeatures) }), {
  owner: "ads-measurement",
  leaves: "log",
});

const assemble = node({
  owner: "ads-delivery",
  purpose: "collects the features",
  reads: [Age],
  writes: [Features],
  run: ({ age }) => ({ features: new FeatureSnapshotBuilder(loggedFeatures, 1).setScalar("age", age).build() }),
});

const rank = node({
  owner: "ads-ranking",
  purpose: "scores the request",
  reads: [Features],
  writes: [Score],
  scores: { snapshot: Features, features: "all" },
  // untyped: run: ({ features }) => ({ score: (features as any).valueAt("clicks", 0) }),
  // defect: run: ({ features }) => ({ score: features.valueAt("clicks", 0) }),
  run: ({ features }) => ({ score: features.valueAt("age", 0) }),
});

const logFeatures = node({
  owner: "ads-measurement",
  purpose: "builds the log record",
  reads: [Features],
  writes: [FeatureLog],
  logs: [{ snapshot: Features, features: "all" }],
  run: ({ features }) => ({ featureLog: { features } }),
});

export const example = graph({
  name: "m23",
  owner: "ads-serving",
  request: [Age],
  nodes: { assemble, rank, logFeatures },
  respond: [Score, FeatureLog],
});

export const request = { age: 30 };
export const response = {
  score: 30,
  featureLog: { features: new FeatureSnapshotBuilder(loggedFeatures, 1).setScalar("age", 30).build() },
};
