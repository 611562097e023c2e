/** M22: features are logged before a later node changes them (log early). */
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
const rankingFeatures = defineFeatureSchema({ name: "ranking", version: 1, features: [{ ...feature, name: "ctr" }] });
const snapshot = featureSnapshotSchema(rankingFeatures);

const Features = slot("features", snapshot, { owner: "ads-data" });
const FreshFeatures = slot("freshFeatures", snapshot, { owner: "ads-delivery" });
const Score = slot("score", z.number(), { owner: "ads-ranking" });
const FeatureLog = slot("featureLog", z.object({ features: snapshot }), { owner: "ads-measurement", leaves: "log" });

const refresh = node({
  owner: "ads-delivery",
  purpose: "replaces stale features",
  reads: [Features],
  writes: [FreshFeatures],
  run: ({ features }) => ({
    freshFeatures: new FeatureSnapshotBuilder(rankingFeatures, 1)
      .setScalar("ctr", features.valueAt("ctr", 0) * 2)
      .build(),
  }),
});

const rank = node({
  owner: "ads-ranking",
  purpose: "scores the request",
  reads: [FreshFeatures],
  writes: [Score],
  scores: { snapshot: FreshFeatures, features: "all" },
  run: ({ freshFeatures }) => ({ score: freshFeatures.valueAt("ctr", 0) }),
});

const logs = (logged: typeof Features | typeof FreshFeatures) =>
  node({
    owner: "ads-measurement",
    purpose: "builds the log record",
    reads: [logged],
    writes: [FeatureLog],
    logs: [{ snapshot: logged, features: "all" }],
    run: (inputs) => ({ featureLog: { features: Object.values(inputs)[0] as typeof logged.valueType } }),
  });

export const example = graph({
  name: "m22",
  owner: "ads-serving",
  request: [Features],
  // defect: nodes: { refresh, rank, logFeatures: logs(Features) },
  nodes: { refresh, rank, logFeatures: logs(FreshFeatures) },
  respond: [Score, FeatureLog],
});

const of = (ctr: number) => new FeatureSnapshotBuilder(rankingFeatures, 1).setScalar("ctr", ctr).build();
export const request = { features: of(0.25) };
export const response = { score: 0.5, featureLog: { features: of(0.5) } };
