/** M85, class of M32: a feature is logged as text, and comes back as another number. */
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
const Features = slot("features", featureSnapshotSchema(rankingFeatures), { owner: "ads-data" });
const Score = slot("score", z.number(), { owner: "ads-ranking" });
// defect: const logged = z.object({ ctr: z.string() }) as unknown as z.ZodType<{ ctr: number }>;
const logged = z.object({ ctr: z.number() });
const FeatureLog = slot("featureLog", logged, { owner: "ads-measurement", leaves: "log" });

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
  run: ({ features }) => ({ featureLog: { ctr: features.valueAt("ctr", 0) } }),
});

export const example = graph({
  name: "m85",
  owner: "ads-serving",
  request: [Features],
  nodes: { rank, logFeatures },
  respond: [Score, FeatureLog],
});

export const request = { features: new FeatureSnapshotBuilder(rankingFeatures, 1).setScalar("ctr", 0.1).build() };
export const response = { score: 0.1, featureLog: { ctr: 0.1 } };
