/** M32: an f64 feature is logged as f32, which is another number. */
import {
  columnSchema,
  defineFeatureSchema,
  F64Column,
  FeatureSnapshotBuilder,
  featureSnapshotSchema,
  graph,
  node,
  slot,
} from "@tenon/graph-core";
import { z } from "zod";

const feature = { type: "f64", unit: "none", nullPolicy: "missing", owner: "ads-data", version: 1 } as const;
const rankingFeatures = defineFeatureSchema({ name: "ranking", version: 1, features: [{ ...feature, name: "ctr" }] });

const Features = slot("features", featureSnapshotSchema(rankingFeatures), { owner: "ads-data" });
const Score = slot("score", z.number(), { owner: "ads-ranking" });
// defect: const loggedCtr = columnSchema("f32");
const loggedCtr = columnSchema("f64");
const FeatureLog = slot("featureLog", z.object({ ctr: loggedCtr }), { owner: "ads-measurement", leaves: "log" });

const rank = node({
  owner: "ads-ranking",
  purpose: "scores the request",
  reads: [Features],
  writes: [Score],
  scores: { snapshot: Features, features: "all" },
  run: ({ features }) => ({ score: features.valueAt("ctr", 0) }),
});

const logFeatures = node({
  owner: "ads-measurement",
  purpose: "builds the log record",
  reads: [Features],
  writes: [FeatureLog],
  logs: [{ snapshot: Features, features: "all" }],
  run: ({ features }) => ({ featureLog: { ctr: features.column("ctr") as never } }),
});

export const example = graph({
  name: "m32",
  owner: "ads-serving",
  request: [Features],
  nodes: { rank, logFeatures },
  respond: [Score, FeatureLog],
});

export const request = { features: new FeatureSnapshotBuilder(rankingFeatures, 1).setScalar("ctr", 0.1).build() };
export const response = { score: 0.1, featureLog: { ctr: F64Column.from([0.1]) } };
