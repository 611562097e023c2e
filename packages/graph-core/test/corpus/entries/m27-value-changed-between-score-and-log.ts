/** M27: a timeout's fallback value is put in after scoring, so the log holds what was not scored. */
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

const AdId = slot("adId", z.int(), { owner: "ads-serving" });
const Features = slot("features", featureSnapshotSchema(rankingFeatures), { owner: "ads-delivery" });
const Known = slot("known", z.boolean(), { owner: "ads-ranking" });
const FeatureLog = slot("featureLog", z.object({ features: featureSnapshotSchema(rankingFeatures) }), {
  owner: "ads-measurement",
  leaves: "log",
});

const assemble = node({
  owner: "ads-delivery",
  purpose: "collects the features; the click rate did not come in time",
  reads: [AdId],
  writes: [Features],
  run: () => ({
    features: new FeatureSnapshotBuilder(rankingFeatures, 1).setScalar("ctr", undefined, "timeout").build(),
  }),
});

const rank = node({
  owner: "ads-ranking",
  purpose: "says whether the click rate is known",
  reads: [Features],
  writes: [Known],
  scores: { snapshot: Features, features: "all" },
  run: ({ features }) => ({ known: features.statusAt("ctr", 0) === "ok" }),
});

const logFeatures = node({
  owner: "ads-measurement",
  purpose: "builds the log record",
  reads: [Features],
  writes: [FeatureLog],
  logs: [{ snapshot: Features, features: "all" }],
  // untyped: run: ({ features }) => ({ featureLog: { features: (features as any).setScalar("ctr", 0) } }),
  // defect: run: ({ features }) => ({ featureLog: { features: features.setScalar("ctr", 0) } }),
  run: ({ features }) => ({ featureLog: { features } }),
});

export const example = graph({
  name: "m27",
  owner: "ads-serving",
  request: [AdId],
  nodes: { assemble, rank, logFeatures },
  respond: [Known, FeatureLog],
});

export const request = { adId: 7 };
export const response = {
  known: false,
  featureLog: {
    features: new FeatureSnapshotBuilder(rankingFeatures, 1).setScalar("ctr", undefined, "timeout").build(),
  },
};
