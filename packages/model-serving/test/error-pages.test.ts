/** The pages of our codes show what is really said. `UPDATE_PAGES=1` writes the text into the pages. */
import { readFileSync, writeFileSync } from "node:fs";
import {
  Dictionary,
  defineFeatureSchema,
  F64Column,
  FeatureSnapshotBuilder,
  GraphError,
  ModelScores,
} from "@tenon/graph-core";
import { expect, test } from "vitest";
import {
  auc,
  CalibratorSet,
  fitPlatt,
  type GbdtArtefact,
  importLightGbm,
  loadModel,
  parseArtefact,
  parseCalibratorSet,
  sealArtefact,
  sealCalibratorSet,
} from "../src/index.ts";
import { sharedFacts } from "./random-models.ts";

const shared = { unit: "none", nullPolicy: "missing", owner: "ads-ranking", version: 1 } as const;
const surface = (...words: string[]) => ({
  ...shared,
  name: "surface",
  type: "dictionary" as const,
  dictionary: new Dictionary(words),
});
const quality = { ...shared, name: "qualityScore", type: "f64" as const };
const trained = defineFeatureSchema({ name: "rank", version: 1, features: [quality, surface("homeFeed", "search")] });
const later = defineFeatureSchema({ name: "rank", version: 2, features: [quality, surface("search", "homeFeed")] });
const artefact = sealArtefact<GbdtArtefact>({
  ...sharedFacts(trained, "f64"),
  name: "click",
  kind: "gbdt",
  base: -4,
  categorySets: [],
  trees: [],
});
const laterSnapshot = new FeatureSnapshotBuilder(later, 1).build();
const calibrators = sealCalibratorSet({
  name: "click-calibrators",
  modelVersion: artefact.version,
  surfaces: {
    homeFeed: { kind: "platt", slope: 1, intercept: 0 },
    search: { kind: "platt", slope: 1, intercept: 0.4 },
  },
});
const newerScores = ModelScores.of(laterSnapshot, {
  modelVersion: "click@5e1f0c77a1b2c3d4",
  margins: F64Column.from([-4]),
});
const zeroAsMissing = { split_feature: 0, threshold: 1, decision_type: "<=", default_left: true, missing_type: "Zero" };

const failures: readonly (readonly [string, () => unknown])[] = [
  ["TENON1450", () => parseArtefact({ kind: "gbdt", format: 1, name: "click", base: "0" })],
  ["TENON1451", () => parseArtefact({ ...artefact, base: 0.5 })],
  ["TENON1452", () => loadModel(artefact).score(laterSnapshot)],
  ["TENON1453", () => loadModel(artefact, { compatibleFingerprints: [later.fingerprint] }).score(laterSnapshot)],
  [
    "TENON1454",
    () =>
      importLightGbm(
        {
          num_tree_per_iteration: 1,
          feature_names: trained.names,
          tree_info: [
            { tree_structure: { ...zeroAsMissing, left_child: { leaf_value: 0 }, right_child: { leaf_value: 1 } } },
          ],
        },
        { name: "click", schema: trained, data: "clicks of May" },
      ),
  ],
  ["TENON1455", () => parseCalibratorSet({ ...calibrators, modelVersion: "click@2" })],
  ["TENON1456", () => fitPlatt({ margins: [1, 2, 3, 4], labels: [0, 0, 1, 1] })],
  ["TENON1457", () => auc({ predictions: [0.1, 0.7], labels: [0, 1, 1] })],
  ["TENON1458", () => new CalibratorSet(calibrators).forSurface("related")],
  ["TENON1459", () => new CalibratorSet(calibrators).probabilities("search", newerScores)],
];

const SAID = /```text\n([\s\S]*?)```/;

test.each(failures)("the page of %s shows what is said", (code, fail) => {
  const path = new URL(`../../../docs/errors/${code}.md`, import.meta.url);
  const page = readFileSync(path, "utf8");
  const error = errorOf(fail);
  const said = `${error.message}\n${error.detail}\nhint: ${error.hint}\n`;
  expect(error.code).toBe(code);
  if (process.env.UPDATE_PAGES === "1")
    writeFileSync(
      path,
      page.replace(SAID, () => `\`\`\`text\n${said}\`\`\``),
    );
  else expect(SAID.exec(page)?.[1]).toBe(said);
});

function errorOf(fail: () => unknown): GraphError {
  try {
    fail();
  } catch (error) {
    if (error instanceof GraphError) return error;
    throw error;
  }
  throw new Error("expected a GraphError, but nothing was thrown");
}
