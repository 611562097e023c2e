import { expect, test } from "vitest";
import { drawLabels, normals } from "../../test/click-simulation.ts";
import { schemaOf } from "../../test/random-models.ts";
import { parseArtefact } from "../artefact/model-artefact.ts";
import { CalibratorSet } from "../calibration/calibrator-set.ts";
import { loadModel } from "../load-model.ts";
import { trainClickModel } from "./train-click-model.ts";
import { selectRows, snapshotOf } from "./training-data.ts";

const ROWS = 60_000;
const GROUP_ROWS = 5;
/** One row in 150 is of a surface with too few clicks for a calibrator of its own. */
const surfaces = Array.from({ length: ROWS }, (_, row) =>
  row % 150 === 0 ? "related" : row % 2 ? "search" : "homeFeed",
);
const column = normals(ROWS, { mean: 0, deviation: 1, seed: 31 });
const truth = column.map((value, row) => -2 + value + (surfaces[row] === "search" ? 0.8 : 0));
const rows = { schema: schemaOf(["f64"]), columns: [column], labels: drawLabels(truth, 32) };
const groups = Int32Array.from({ length: ROWS }, (_, row) => Math.floor(row / GROUP_ROWS));

const task = { name: "click", data: "simulated", rows, surfaces, groups, seed: 4 };

test.each(["gbdt", "linear"] as const)(
  "a %s model is judged on whole new groups, with the probabilities it will serve",
  (kind) => {
    const { artefact, calibrators, judgedRows, judgedProbabilities } = trainClickModel({ ...task, model: { kind } });
    expect(artefact.kind).toBe(kind);
    expect(artefact.evaluation?.rows).toBe(judgedRows.length);
    expect(judgedRows.length / ROWS).toBeCloseTo(0.15, 1);
    const judgedGroups = new Set(Array.from(judgedRows, (row) => groups[row]!));
    expect(judgedRows.length).toBe(judgedGroups.size * GROUP_ROWS);
    const served = loadModel(parseArtefact(JSON.parse(JSON.stringify(artefact)))).score(
      snapshotOf(selectRows(rows, judgedRows)),
    );
    const set = new CalibratorSet(calibrators);
    const probabilities = Array.from(judgedRows, (row, index) =>
      set.forSurface(surfaces[row]!).apply(served.margins.at(index)),
    );
    expect(probabilities.slice(0, 50)).toEqual([...judgedProbabilities.slice(0, 50)]);
  },
);

test("surfaces with enough clicks get their own calibrator, others the fallback; each surface's ratio is told", () => {
  const { calibrators, surfaceRatios } = trainClickModel({
    ...task,
    calibration: "isotonic",
    model: { kind: "linear" },
  });
  expect(Object.keys(calibrators.surfaces)).toEqual(["homeFeed", "search"]);
  expect(calibrators.fallback).toBeDefined();
  expect(Object.keys(surfaceRatios)).toEqual(["homeFeed", "related", "search"]);
  // The model does not see the surface, so without calibrators of their own they would be off by a third. Three
  // standard errors of some 700 clicks to calibrate and 700 to judge by.
  const tolerance = 3 * Math.sqrt(2 / 700);
  expect(Math.abs(surfaceRatios.homeFeed! - 1)).toBeLessThan(tolerance);
  expect(Math.abs(surfaceRatios.search! - 1)).toBeLessThan(tolerance);
});
