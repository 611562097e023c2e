import fc from "fast-check";
import { expect, test } from "vitest";
import { LatencyHistogram, octaveBoundsMs } from "./latency-histogram.ts";

const histogramOf = (durationsMs: readonly number[]): LatencyHistogram => {
  const histogram = new LatencyHistogram();
  for (const durationMs of durationsMs) histogram.record(durationMs);
  return histogram;
};

/** From a fraction of a microsecond to over a minute, as often short as long. */
const duration = fc.double({ min: -1, max: 7.8, noNaN: true }).map((exponent) => 10 ** exponent / 1_000);
const durations = fc.array(duration, { minLength: 1, maxLength: 200 });

test("an empty histogram says 0", () => {
  const histogram = new LatencyHistogram();
  expect([histogram.count, histogram.sumMs, histogram.maxMs, histogram.quantile(0.99)]).toEqual([0, 0, 0, 0]);
});

test("count, sum and maximum are exact", () => {
  const histogram = histogramOf([0.5, 2, 130]);
  expect([histogram.count, histogram.sumMs, histogram.maxMs]).toEqual([3, 132.5, 130]);
});

test("a negative duration counts as 0, one beyond the range as the longest", () => {
  const histogram = histogramOf([-5, 1e9]);
  expect([histogram.count, histogram.quantile(0.1), histogram.maxMs]).toEqual([2, 0.0005, 1e9]);
  expect(histogram.quantile(1)).toBeLessThanOrEqual(135_000);
});

test("property: a quantile is within 1/16 of the exact one, or 1 microsecond", () => {
  fc.assert(
    fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (durationsMs, q) => {
      const sorted = [...durationsMs].sort((left, right) => left - right);
      const exact = sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] ?? 0;
      expect(Math.abs(histogramOf(durationsMs).quantile(q) - exact)).toBeLessThanOrEqual(
        Math.max(exact / 16, 0.001) + 1e-12,
      );
    }),
  );
});

test("a duration on a bound is counted at that bound", () => {
  const bounds = octaveBoundsMs();
  for (const bound of bounds) {
    const counts = histogramOf([bound]).countsAtMost(bounds);
    expect(counts.indexOf(1)).toBe(bounds.indexOf(bound));
  }
});

test("property: counts up to a bound are exact", () => {
  const offBounds = fc.array(
    fc.integer({ min: 0, max: 3_000_000 }).map((micros) => (micros + 0.5) / 1_000),
    { maxLength: 100 },
  );
  fc.assert(
    fc.property(offBounds, (durationsMs) => {
      const bounds = octaveBoundsMs();
      expect(histogramOf(durationsMs).countsAtMost(bounds)).toEqual(
        bounds.map((bound) => durationsMs.filter((durationMs) => durationMs <= bound).length),
      );
    }),
  );
});

test("property: added histograms are the histogram of all durations", () => {
  fc.assert(
    fc.property(durations, durations, (first, second) => {
      const sum = histogramOf(first);
      sum.add(histogramOf(second));
      const all = histogramOf([...first, ...second]);
      for (const q of [0, 0.5, 0.9, 0.99, 1]) expect(sum.quantile(q)).toBe(all.quantile(q));
      expect([sum.count, sum.maxMs]).toEqual([all.count, all.maxMs]);
      expect(sum.countsAtMost(octaveBoundsMs())).toEqual(all.countsAtMost(octaveBoundsMs()));
    }),
  );
});
