/**
 * Click models with weights that a person chose, loaded as any model file is. They rank sensibly and every feature kind
 * counts; what training can do with the features is another package's test.
 */

import type { FeatureSchema } from "@tenon/graph-core";
import { CalibratorSet, type LinearArtefact, loadModel, sealArtefact, sealCalibratorSet } from "@tenon/model-serving";
import { LIGHT_FEATURES, RANK_FEATURES } from "@tenon/nodes";

/** Log-odds per unit of a feature, or per word; a missing value adds nothing. */
type Weights = Readonly<Record<string, number | Readonly<Record<string, number>>>>;

const BASE_LOG_ODDS = -5.5;

function linearModel(name: string, schema: FeatureSchema, weights: Weights) {
  const features = Object.keys(weights).map((each) => schema.declaration(each));
  const dictionaries = features.flatMap((each) =>
    each.dictionary === undefined ? [] : [[each.name, each.dictionary] as const],
  );
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
      dictionaries: Object.fromEntries(
        dictionaries.map(([each, { fingerprint, words }]) => [each, { fingerprint, words: [...words] }]),
      ),
      base: BASE_LOG_ODDS,
      precision: "f64",
      terms: features.map((each, feature) => {
        const weight = weights[each.name] as Weights[string];
        return typeof weight === "number"
          ? { kind: "numeric", feature, weight, missing: 0 }
          : {
              kind: "categories",
              feature,
              weights: (each.dictionary?.words ?? []).map((word) => weight[word] ?? 0),
              missing: 0,
            };
      }),
      training: { data: "weights chosen by hand", rows: 0, positives: 0, settings: {} },
    }),
  );
}

const surface = { search: 0.3, related: 0.15 };

export const lightModel = linearModel("light", LIGHT_FEATURES, {
  vectorScore: 1.5,
  interestMatch: 0.5,
  qualityScore: 1,
  popularity: 0.6,
  campaignImpressionsPer7Days: -0.05,
  surface,
});

const RANK_WEIGHTS: Weights = {
  vectorScore: 1.5,
  queryMatch: 0.8,
  interestMatch: 0.5,
  categoryAffinity: 1,
  qualityScore: 1,
  popularity: 0.6,
  adImpressionsPer30Days: -0.1,
  fatigueRatio: -0.02,
  userClickRate: 20,
  hourOfDay: 0.005,
  surface,
  device: { phone: 0.15, desktop: -0.1 },
  dayPart: { night: -0.3, evening: 0.1 },
  categoryKind: { shop: 0.1 },
};

export const clickModel = linearModel("click", RANK_FEATURES, RANK_WEIGHTS);

export const calibrators = new CalibratorSet(
  sealCalibratorSet({
    name: "click-calibrators",
    modelVersion: clickModel.version,
    surfaces: {
      search: { kind: "platt", slope: 1, intercept: 0.2 },
      related: { kind: "platt", slope: 0.9, intercept: 0 },
    },
    fallback: { kind: "platt", slope: 1, intercept: 0 },
  }),
);
