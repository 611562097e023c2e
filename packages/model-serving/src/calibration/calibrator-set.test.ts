import { defineFeatureSchema, F64Column, FeatureSnapshotBuilder, ModelScores } from "@tenon/graph-core";
import { expect, test } from "vitest";
import { drawLabels, normals, sigmoid } from "../../test/click-simulation.ts";
import { calibrationRatio } from "../metrics.ts";
import { CalibratorSet, parseCalibratorSet, sealCalibratorSet } from "./calibrator-set.ts";
import { fitIsotonic, isotonicCalibrator } from "./isotonic.ts";
import { fitPlatt, plattCalibrator } from "./platt.ts";

/** What the project accepts on held-out rows of a surface. */
const RATIO_TOLERANCE = 0.05;
const within = (ratio: number) => Math.abs(ratio - 1) <= RATIO_TOLERANCE;

/** Two surfaces where the same margin means other click rates: people in search look for something. */
function surfaceRows(seed: number) {
  const rows = (lift: number, seedOfSurface: number) => {
    const margins = normals(60_000, { mean: -3.2, deviation: 0.9, seed: seedOfSurface });
    return {
      margins,
      labels: drawLabels(
        margins.map((margin) => margin + lift),
        seedOfSurface + 1,
      ),
    };
  };
  return { homeFeed: rows(-0.4, seed), search: rows(0.6, seed + 2) };
}

const join = (surfaces: ReturnType<typeof surfaceRows>) => ({
  margins: Object.values(surfaces).flatMap(({ margins }) => [...margins]),
  labels: Object.values(surfaces).flatMap(({ labels }) => [...labels]),
});

test("one calibrator for all surfaces is right on average and fails on each surface; one per surface passes on both", () => {
  const [fit, held] = [surfaceRows(100), surfaceRows(200)];
  const global = plattCalibrator(fitPlatt(join(fit)));
  const all = join(held);
  expect(within(calibrationRatio({ predictions: all.margins.map(global.apply), labels: all.labels }))).toBe(true);
  const set = new CalibratorSet(
    sealCalibratorSet({
      name: "ctr-calibrators",
      modelVersion: "ctr@1",
      surfaces: { homeFeed: fitPlatt(fit.homeFeed), search: fitIsotonic(fit.search) },
    }),
  );
  for (const [surface, { margins, labels }] of Object.entries(held)) {
    const ratioOf = (apply: (margin: number) => number) =>
      calibrationRatio({ predictions: Array.from(margins, apply), labels });
    expect(within(ratioOf(global.apply)), `global on ${surface}: ${ratioOf(global.apply)}`).toBe(false);
    expect(within(ratioOf(set.forSurface(surface).apply)), `own on ${surface}`).toBe(true);
  }
});

test("predictions that are unbiased one by one are too high for the winners of auctions, until calibrated by score", () => {
  const [auctions, candidates, noise] = [20_000, 20, 0.5];
  const truth = normals(auctions * candidates, { mean: -3, deviation: 0.7, seed: 301 });
  const labels = drawLabels(truth, 303);
  // Log-normal with mean 1: each prediction is right on average over its own noise.
  const factors = normals(truth.length, { mean: -(noise ** 2) / 2, deviation: noise, seed: 302 }).map(Math.exp);
  const predictions = truth.map((margin, row) => Math.min(0.99, sigmoid(margin) * factors[row]!));
  const winners = Array.from({ length: auctions }, (_, auction) => {
    const rows = Array.from({ length: candidates }, (_, candidate) => auction * candidates + candidate);
    return rows.reduce((best, row) => (predictions[row]! > predictions[best]! ? row : best));
  });
  const ratioOfWinners = (of: Float64Array) =>
    calibrationRatio({ predictions: winners.map((row) => of[row]!), labels: winners.map((row) => labels[row]!) });
  expect(within(calibrationRatio({ predictions, labels }))).toBe(true);
  expect(ratioOfWinners(predictions)).toBeGreaterThan(1.4);
  // Calibrated at every score on other auctions, the noise no longer lifts the winners.
  const half = truth.length / 2;
  const { apply } = isotonicCalibrator(fitIsotonic({ margins: predictions.slice(half), labels: labels.slice(half) }));
  winners.length = auctions / 2;
  expect(ratioOfWinners(predictions)).toBeGreaterThan(1.4);
  expect(within(ratioOfWinners(predictions.map(apply)))).toBe(true);
});

const schema = defineFeatureSchema({
  name: "one",
  version: 1,
  features: [{ name: "score", type: "f64", unit: "none", nullPolicy: "missing", owner: "ads-ranking", version: 1 }],
});
const snapshot = new FeatureSnapshotBuilder(schema, 2).setColumn("score", F64Column.from([1, 2])).build();
const scoresOf = (modelVersion: string) => ModelScores.of(snapshot, { modelVersion, margins: F64Column.from([-1, 1]) });
const sealed = sealCalibratorSet({
  name: "ctr-calibrators",
  modelVersion: "ctr@1",
  surfaces: { search: { kind: "platt", slope: 1, intercept: 0 } },
});

test("scores of another model are refused: its margins are on another scale", () => {
  const set = new CalibratorSet(sealed);
  expect(set.probabilities("search", scoresOf("ctr@1")).at(0)).toBe(sigmoid(-1));
  expect(() => set.probabilities("search", scoresOf("ctr@2"))).toThrow(
    'TENON1459 calibrator set "ctr-calibrators@' +
      sealed.fingerprint.slice(0, 16) +
      '" was not fitted on model "ctr@2"',
  );
});

test("a surface without a calibrator gets the fallback, and is refused where there is none", () => {
  expect(() => new CalibratorSet(sealed).forSurface("related")).toThrow("TENON1458");
  const withFallback = sealCalibratorSet({ ...pick(sealed), fallback: { kind: "platt", slope: 1, intercept: -1 } });
  expect(new CalibratorSet(withFallback).forSurface("related").apply(1)).toBe(0.5);
  expect(withFallback.version).not.toBe(sealed.version);
});

const pick = ({ name, modelVersion, surfaces }: typeof sealed) => ({ name, modelVersion, surfaces });

test("a calibrator set survives its file, and a file with one changed number is refused", () => {
  const json = JSON.stringify(sealed);
  expect(parseCalibratorSet(JSON.parse(json))).toEqual(sealed);
  expect(() => parseCalibratorSet(JSON.parse(json.replace('"slope":1', '"slope":1.0000001')))).toThrow(
    /TENON1455.*\n?/,
  );
  expect(() => parseCalibratorSet(JSON.parse(json.replace('"slope":1', '"slope":-1')))).toThrow(/TENON1455/);
});

test("isotonic blocks that do not rise are refused", () => {
  const falling = { kind: "isotonic" as const, from: [0, 2], to: [1, 3], positives: [2, 1], rows: [4, 4] };
  expect(() => sealCalibratorSet({ ...pick(sealed), surfaces: { search: falling } })).toThrow(/TENON1455/);
});
