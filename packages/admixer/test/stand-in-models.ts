/** Click models with hand-set weights, loaded as any model file is: what training makes of the features is not tested here. */
import type { FeatureSchema } from "@tenon/graph-core";
import { CalibratorSet, type LinearArtefact, loadModel, sealArtefact, sealCalibratorSet } from "@tenon/model-serving";
import { LIGHT_FEATURES, RANK_FEATURES } from "@tenon/nodes";
import type { ClickModels } from "../src/resources/click-models.ts";

/** Log-odds of a click on an ad of which nothing speaks: about 1 in 100. */
const BASE_MARGIN = -4.6;

function linearModel(name: string, schema: FeatureSchema, weights: Readonly<Record<string, number>>) {
  const artefact = sealArtefact<LinearArtefact>({
    kind: "linear",
    name,
    featureSchema: {
      name: schema.name,
      version: schema.version,
      fingerprint: schema.fingerprint,
      features: Object.keys(weights).map((feature) => ({ name: feature, type: schema.declaration(feature).type })),
    },
    dictionaries: {},
    base: BASE_MARGIN,
    precision: "f64",
    training: { data: "hand-set weights for tests", rows: 0, positives: 0, settings: {} },
    terms: Object.values(weights).map((weight, feature) => ({ kind: "numeric", feature, weight, missing: 0 })),
  });
  return loadModel(artefact);
}

export function standInModels(): ClickModels {
  const light = linearModel("light-test", LIGHT_FEATURES, { vectorScore: 1, keywordScore: 0.1, qualityScore: 1 });
  const click = linearModel("click-test", RANK_FEATURES, {
    vectorScore: 1,
    keywordScore: 0.1,
    qualityScore: 1,
    interestMatch: 1,
  });
  const platt = { kind: "platt", slope: 1, intercept: 0 } as const;
  const calibrators = new CalibratorSet(
    sealCalibratorSet({ name: "calibrators-test", modelVersion: click.version, surfaces: {}, fallback: platt }),
  );
  return { light, click, calibrators };
}
