import fc from "fast-check";
import { expect, test } from "vitest";
import { type BinnedFeature, binCategories, binNumbers } from "./bins.ts";
import { findSplit, type LeafSums, type Split, type SplitLimits } from "./find-split.ts";
import { goesLeft } from "./grow-tree.ts";
import { histogramLayout, subtractHistogram, sumHistogram } from "./histogram.ts";

/** Rows of one feature: few values, some missing, each with its gradient and curvature. */
const leafRows = fc
  .array(
    fc.record({
      value: fc.option(fc.nat({ max: 5 }), { nil: Number.NaN, freq: 4 }),
      // Sixteenths, so that sums are exact and equal gains are equal.
      gradient: fc.integer({ min: -16, max: 16 }).map((value) => value / 16),
      curvature: fc.integer({ min: 1, max: 4 }).map((value) => value / 16),
    }),
    { minLength: 2, maxLength: 30 },
  )
  .map((rows) => ({
    values: Float64Array.from(rows, ({ value }) => value),
    leaf: {
      rows: Int32Array.from(rows.keys()),
      gradients: Float64Array.from(rows, ({ gradient }) => gradient),
      curvatures: Float64Array.from(rows, ({ curvature }) => curvature),
    },
  }));
type Leaf = Parameters<typeof sumHistogram>[2];

const limits: SplitLimits = {
  rowsPerLeafMin: 2,
  l2: 0.5,
  gainMin: 0,
  rowsPerCategoryMin: 1,
  categoriesPerSplitMax: 32,
  categoryL2: 0,
};

function sumsOf({ gradients, curvatures }: Leaf, rows: readonly number[]): LeafSums {
  const total = (values: Float64Array) => rows.reduce((sum, row) => sum + values[row]!, 0);
  return { gradient: total(gradients), curvature: total(curvatures), rows: rows.length };
}

/** The gain of sending `left` left; `undefined` where a side would be too small. */
function gainOf(leaf: Leaf, isLeft: (row: number) => boolean, { rowsPerLeafMin, l2 }: SplitLimits): number | undefined {
  const all = [...leaf.rows];
  const [left, right] = [all.filter(isLeft), all.filter((row) => !isLeft(row))];
  if (left.length < rowsPerLeafMin || right.length < rowsPerLeafMin) return undefined;
  const score = ({ gradient, curvature }: LeafSums) => gradient ** 2 / (curvature + l2);
  return score(sumsOf(leaf, left)) + score(sumsOf(leaf, right)) - score(sumsOf(leaf, all));
}

function found(feature: BinnedFeature, leaf: Leaf, of: SplitLimits): Split | undefined {
  const layout = histogramLayout([feature]);
  return findSplit(sumHistogram(layout, [feature], leaf), layout, [feature], sumsOf(leaf, [...leaf.rows]), of);
}

function expectBest(split: Split | undefined, gains: readonly (number | undefined)[], served: number | undefined) {
  const best = Math.max(0, ...gains.filter((gain) => gain !== undefined));
  if (best < 1e-9) return;
  expect(split?.gain).toBeCloseTo(best, 9);
  expect(served).toBeCloseTo(best, 9);
}

test("numbers: no threshold, with missing values on either side, gains more than the split found", () => {
  fc.assert(
    fc.property(leafRows, ({ values, leaf }) => {
      const feature = binNumbers(values, 1);
      const split = found(feature, leaf, limits);
      const gains = [...new Set(values)].flatMap((threshold) =>
        [true, false].map((missingLeft) =>
          gainOf(leaf, (row) => (Number.isNaN(values[row]) ? missingLeft : values[row]! <= threshold), limits),
        ),
      );
      const served = split && gainOf(leaf, (row) => goesLeft(split, feature, feature.bins[row]!), limits);
      expectBest(split, gains, served);
    }),
    { numRuns: 500 },
  );
});

test("categories: without penalty no set of categories, missing included, gains more than the split found", () => {
  const free = { ...limits, l2: 0, rowsPerLeafMin: 1 };
  fc.assert(
    fc.property(leafRows, ({ values, leaf }) => {
      const feature = binCategories(values);
      const split = found(feature, leaf, free);
      const kinds = [...new Set(feature.bins)];
      const gains = Array.from({ length: 2 ** kinds.length }, (_, subset) =>
        gainOf(leaf, (row) => ((subset >> kinds.indexOf(feature.bins[row]!)) & 1) === 1, free),
      );
      const served = split && gainOf(leaf, (row) => goesLeft(split, feature, feature.bins[row]!), free);
      expectBest(split, gains, served);
    }),
    { numRuns: 300 },
  );
});

test("a child's histogram is what its parent has more than its sibling", () => {
  fc.assert(
    fc.property(leafRows, fc.infiniteStream(fc.boolean()), ({ values, leaf }, coin) => {
      const features = [binNumbers(values, 1), binCategories(values)];
      const layout = histogramLayout(features);
      const sides = [...leaf.rows].map(() => coin.next().value as boolean);
      const part = (side: boolean) => {
        const rows = [...leaf.rows].filter((row) => sides[row] === side);
        const pick = (numbers: Float64Array) => Float64Array.from(rows, (row) => numbers[row]!);
        const own = { rows: Int32Array.from(rows), gradients: pick(leaf.gradients), curvatures: pick(leaf.curvatures) };
        return sumHistogram(layout, features, own);
      };
      expect([...subtractHistogram(sumHistogram(layout, features, leaf), part(true))]).toEqual([...part(false)]);
    }),
  );
});
