import fc from "fast-check";
import { expect, test } from "vitest";
import { BINS_MAX, binCategories, binNumbers, rebin } from "./bins.ts";
import { seededRandom } from "./seeded-random.ts";

const values = fc.array(
  fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -3, max: 3 })),
  {
    minLength: 1,
    maxLength: 200,
  },
);

test("up to 255 distinct numbers have a bin each, in order, and a bin's upper bound parts it from the next", () => {
  fc.assert(
    fc.property(values, (drawn) => {
      const distinct = [...new Set(drawn.map((value) => value + 0))].sort((left, right) => left - right);
      const { bins, upper, binCount } = binNumbers(Float64Array.from(drawn), 1);
      expect(binCount).toBe(distinct.length);
      expect([...bins]).toEqual(drawn.map((value) => distinct.indexOf(value + 0)));
      for (const [bin, value] of distinct.entries()) {
        expect(value).toBeLessThanOrEqual(upper[bin]!);
        if (bin > 0) expect(value).toBeGreaterThan(upper[bin - 1]!);
      }
    }),
  );
});

test("more distinct numbers share 255 bins of about equally many rows, a frequent number not spoiling the others", () => {
  const random = seededRandom(3);
  const drawn = Float64Array.from({ length: 50_000 }, () => (random() < 0.5 ? 0.5 : random() ** 4));
  const { bins, binCount } = binNumbers(drawn, 1);
  const rows = new Int32Array(binCount);
  for (const bin of bins) rows[bin]!++;
  const [largest, ...others] = [...rows].sort((left, right) => right - left);
  expect(binCount).toBeGreaterThan(200);
  expect(binCount).toBeLessThanOrEqual(BINS_MAX);
  expect(largest).toBeGreaterThan(24_000);
  expect(Math.max(...others)).toBeLessThan((3 * 25_000) / binCount);
});

test("missing values have the bin past the last, for numbers and categories, also when nothing else is there", () => {
  for (const bin of [
    binNumbers(Float64Array.of(2, Number.NaN, 1), 1),
    binCategories(Float64Array.of(7, Number.NaN, 7)),
  ]) {
    expect(bin.bins[1]).toBe(bin.binCount);
  }
  const { bins, binCount } = binNumbers(Float64Array.of(Number.NaN), 1);
  expect(bins[0]).toBe(binCount);
});

test("categories: the 254 most frequent have a bin each, rare and unseen ones share the last", () => {
  const drawn = Float64Array.from({ length: 900 }, (_, row) => (row < 600 ? row % 300 : row % 100));
  const feature = binCategories(drawn);
  expect(feature.codes).toHaveLength(254);
  expect(feature.codes.slice(0, 100)).toEqual([...Array(100).keys()]);
  const rare = feature.binCount - 1;
  expect([...rebin(feature, Float64Array.of(0, 253, 254, 299, 10_000))]).toEqual([0, 253, rare, rare, rare]);
  expect([...rebin(feature, drawn)]).toEqual([...feature.bins]);
});
