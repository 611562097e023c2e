import fc from "fast-check";
import { expect, test } from "vitest";
import { sigmoid } from "../../test/click-simulation.ts";
import { auc, calibrationRatio, logLoss } from "../metrics.ts";
import { fitIsotonic, isotonicCalibrator } from "./isotonic.ts";
import { fitPlatt, plattCalibrator } from "./platt.ts";

/** Margins on a grid, so that ties are common, with labels that tend to follow them. */
const rows = fc
  .array(fc.tuple(fc.integer({ min: -12, max: 12 }), fc.double({ min: 0, max: 1, noNaN: true })), {
    minLength: 12,
    maxLength: 120,
  })
  .map((drawn) => ({
    margins: drawn.map(([quarters]) => quarters / 4),
    labels: drawn.map(([quarters, luck]) => Number(luck < sigmoid(quarters / 4))),
  }));

type Rows = { readonly margins: readonly number[]; readonly labels: readonly number[] };
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

test("isotonic: a higher margin never has a lower probability", () => {
  const margin = fc.double({ min: -5, max: 5, noNaN: true });
  fc.assert(
    fc.property(rows, margin, margin, (fit, one, other) => {
      const { apply } = isotonicCalibrator(fitIsotonic(fit));
      const [lower, higher] = one < other ? [one, other] : [other, one];
      expect(apply(lower)).toBeLessThanOrEqual(apply(higher));
      expect(apply(lower)).toBeGreaterThanOrEqual(0);
      expect(apply(higher)).toBeLessThanOrEqual(1);
    }),
  );
});

test("isotonic: predicted and observed positives of the fit rows are the same integer, block by block", () => {
  fc.assert(
    fc.property(rows, (fit) => {
      const { from, to, positives, rows: counts } = fitIsotonic(fit);
      const inBlock = (block: number) =>
        fit.margins.flatMap((margin, row) => (margin >= from[block]! && margin <= to[block]! ? [row] : []));
      for (let block = 0; block < from.length; block++) {
        expect(inBlock(block)).toHaveLength(counts[block]!);
        expect(sum(inBlock(block).map((row) => fit.labels[row]!))).toBe(positives[block]);
      }
      expect(sum(positives)).toBe(sum(fit.labels));
      const { apply } = isotonicCalibrator({ kind: "isotonic", from, to, positives, rows: counts });
      fc.pre(sum(fit.labels) > 0);
      expect(calibrationRatio({ predictions: fit.margins.map(apply), labels: fit.labels })).toBeCloseTo(1, 12);
    }),
  );
});

test("isotonic: fitting again on its own probabilities changes nothing", () => {
  fc.assert(
    fc.property(rows, ({ margins, labels }) => {
      const probabilities = margins.map(isotonicCalibrator(fitIsotonic({ margins, labels })).apply);
      const again = isotonicCalibrator(fitIsotonic({ margins: probabilities, labels })).apply;
      expect(probabilities.map(again)).toEqual(probabilities);
    }),
  );
});

test("isotonic with pooled certainties: same totals, still rising, and no probability of 0 or 1 unless all labels agree", () => {
  fc.assert(
    fc.property(rows, (fit) => {
      const clicks = sum(fit.labels);
      fc.pre(clicks > 0 && clicks < fit.labels.length);
      const parameters = fitIsotonic(fit, "pooled");
      const probabilities = fit.margins.map(isotonicCalibrator(parameters).apply);
      expect(sum(parameters.positives)).toBe(clicks);
      expect(sum(parameters.rows)).toBe(fit.labels.length);
      expect(logLoss({ predictions: probabilities, labels: fit.labels })).toBeLessThan(Number.POSITIVE_INFINITY);
      expect(Math.min(...probabilities)).toBeGreaterThan(0);
      expect(Math.max(...probabilities)).toBeLessThan(1);
      const rates = parameters.positives.map((positives, block) => positives / parameters.rows[block]!);
      expect(rates).toEqual(rates.toSorted((left, right) => left - right));
    }),
  );
});

test("isotonic: the order of rows does not matter", () => {
  const shuffled = rows.chain((fit) =>
    fc
      .shuffledSubarray([...fit.margins.keys()], { minLength: fit.margins.length, maxLength: fit.margins.length })
      .map((order) => ({ fit, order })),
  );
  fc.assert(
    fc.property(shuffled, ({ fit, order }) => {
      const permuted = { margins: order.map((row) => fit.margins[row]!), labels: order.map((row) => fit.labels[row]!) };
      expect(fitIsotonic(permuted)).toEqual(fitIsotonic(fit));
    }),
  );
});

test("isotonic: no rising step function has a smaller squared error (checked against all of them)", () => {
  const few = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.constantFrom(0, 1)), {
    minLength: 1,
    maxLength: 10,
  });
  fc.assert(
    fc.property(few, (drawn) => {
      const margins = drawn.map(([margin]) => margin);
      const labels = drawn.map(([, label]) => label);
      const { apply } = isotonicCalibrator(fitIsotonic({ margins, labels }));
      const error = sum(margins.map((margin, row) => (apply(margin) - labels[row]!) ** 2));
      expect(error).toBeLessThanOrEqual(bestRisingError({ margins, labels }) + 1e-12);
    }),
  );
});

/** Least squared error over every way to cut the distinct margins into runs whose means rise. */
function bestRisingError({ margins, labels }: Rows): number {
  const distinct = [...new Set(margins)].sort((left, right) => left - right);
  let best = Number.POSITIVE_INFINITY;
  for (let cuts = 0; cuts < 2 ** (distinct.length - 1); cuts++) {
    const runOf = new Map(distinct.map((margin, index) => [margin, countBits(cuts & (2 ** index - 1))]));
    const runs = Array.from({ length: countBits(cuts) + 1 }, (_, run) =>
      labels.filter((_, row) => runOf.get(margins[row]!) === run),
    );
    const means = runs.map((run) => sum(run) / run.length);
    if (means.some((mean, run) => run > 0 && mean < means[run - 1]!)) continue;
    best = Math.min(best, sum(runs.flatMap((run, index) => run.map((label) => (label - means[index]!) ** 2))));
  }
  return best;
}

function countBits(value: number): number {
  return value.toString(2).replaceAll("0", "").length;
}

/** Rows Platt can be fitted on; the others must be refused, which a test below checks. */
function plattOf(fit: Rows) {
  try {
    return fitPlatt(fit);
  } catch (error) {
    expect(String(error)).toMatch(/TENON1456/);
    return undefined;
  }
}

test("Platt: the ratio on the fit rows is 1, and no nearby slope or intercept has a smaller log loss", () => {
  fc.assert(
    fc.property(rows, (fit) => {
      const fitted = plattOf(fit);
      fc.pre(fitted !== undefined);
      const predictions = fit.margins.map(plattCalibrator(fitted).apply);
      expect(calibrationRatio({ predictions, labels: fit.labels })).toBeCloseTo(1, 9);
      const best = logLoss({ predictions, labels: fit.labels });
      for (const [slope, intercept] of [
        [1e-3, 0],
        [-1e-3, 0],
        [0, 1e-3],
        [0, -1e-3],
      ] as const) {
        const moved = { ...fitted, slope: fitted.slope + slope, intercept: fitted.intercept + intercept };
        expect(
          logLoss({ predictions: fit.margins.map(plattCalibrator(moved).apply), labels: fit.labels }),
        ).toBeGreaterThanOrEqual(best);
      }
    }),
  );
});

test("Platt: the AUC stays exactly as it was", () => {
  fc.assert(
    fc.property(rows, (fit) => {
      const fitted = plattOf(fit);
      fc.pre(fitted !== undefined);
      const predictions = fit.margins.map(plattCalibrator(fitted).apply);
      expect(auc({ predictions, labels: fit.labels })).toBe(auc({ predictions: fit.margins, labels: fit.labels }));
    }),
  );
});

const FLAT = [1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1];

test("Platt: rows that determine no calibrator are refused, each for its reason", () => {
  const refusal = (margins: number[], labels: number[]) => () => fitPlatt({ margins, labels });
  expect(refusal([1, 2, 3], [0, 0, 0])).toThrow(/all labels are the same/);
  expect(refusal([1, 2, 3, 4], [0, 0, 1, 1])).toThrow(/one margin separates the labels/);
  expect(refusal([1, 2, 3, 4], [1, 1, 0, 0])).toThrow(/higher margins do not have more positives/);
  // Positives and negatives have the same mean margin: the best slope is 0, and rounding must not decide its sign.
  expect(refusal([-2.25, -1, -2, -0.25, -2.25, 2.75, 3, 2.75, -0.5, -2.5, -0.5, 1, -2.75, -2.5], FLAT)).toThrow(
    /higher margins do not have more positives/,
  );
  expect(refusal([1, 1, 1, 1], [1, 0, 1, 0])).toThrow(/TENON1456/);
  expect(refusal([1, Number.NaN], [1, 0])).toThrow(/TENON1457/);
});
