import { type FeatureSchema, type FeatureSnapshot, FeatureSnapshotBuilder, I32Column } from "@tenon/graph-core";
import { type LinearArtefact, loadModel, type Model, sealArtefact } from "@tenon/model-serving";

/** A loaded linear model over numeric features: log-odds per unit, by feature name. A missing value adds nothing. */
export function linearModelOf(name: string, schema: FeatureSchema, weights: Readonly<Record<string, number>>): Model {
  const features = Object.keys(weights).map((each) => schema.declaration(each));
  return loadModel(
    sealArtefact<LinearArtefact>({
      kind: "linear",
      name,
      featureSchema: {
        name: schema.name,
        version: schema.version,
        fingerprint: schema.fingerprint,
        features: features.map((each) => ({ name: each.name, type: each.type })),
      },
      dictionaries: {},
      base: -4,
      precision: "f64",
      terms: features.map((each, feature) => ({
        kind: "numeric",
        feature,
        weight: weights[each.name] as number,
        missing: 0,
      })),
      training: { data: "weights chosen by hand", rows: 0, positives: 0, settings: {} },
    }),
  );
}

/** A snapshot in which every row has `foundForExploration` of its own and everything else is missing. */
export function snapshotOfFlags(schema: FeatureSchema, flags: readonly number[]): FeatureSnapshot {
  return new FeatureSnapshotBuilder(schema, flags.length)
    .setColumn("foundForExploration", I32Column.from(flags))
    .build();
}
