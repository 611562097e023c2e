import fc from "fast-check";
import { expect, test } from "vitest";
import { contribution, contributionMax, inverseDocumentFrequency, lengthPenalty, scoreOf } from "./keyword-scoring.ts";

const postings = fc.array(fc.record({ frequency: fc.integer({ min: 1, max: 300 }), extra: fc.nat(2_000) }), {
  minLength: 1,
  maxLength: 20,
});
const means = fc.double({ min: 0.5, max: 1_000, noNaN: true });
const weights = fc
  .tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([adCount, share]) => inverseDocumentFrequency(Math.floor(adCount * share), adCount));

test("a bound made of a group's extremes is above each contribution and close to one, whatever mean and weight", () => {
  fc.assert(
    fc.property(postings, means, weights, (group, lengthMean, weight) => {
      const added = group.map(({ frequency, extra }) =>
        contribution(weight, frequency, lengthPenalty(frequency + extra, lengthMean)),
      );
      const bound = contributionMax(weight, {
        frequencyMax: Math.max(...group.map(({ frequency }) => frequency)),
        dilution: Math.min(...group.map(({ frequency, extra }) => (frequency + extra) / frequency)),
        lengthMean,
      });
      expect(bound).toBeGreaterThanOrEqual(Math.max(...added));
      if (group.length === 1) expect(bound / (added[0] ?? 0)).toBeLessThan(1 + 1e-6);
    }),
    { numRuns: 500 },
  );
});

test("a word that is there adds something, and sums do not depend on the order of words", () => {
  const rare = inverseDocumentFrequency(1, 500_000);
  const everywhere = inverseDocumentFrequency(500_000, 500_000);
  const added = [rare, everywhere, 1 / 3, 1e-7].map((weight) => contribution(weight, 1, lengthPenalty(900, 30)));
  expect(Math.min(...added)).toBeGreaterThan(0);
  const sum = added.reduce((left, right) => left + right);
  expect(added.toReversed().reduce((left, right) => left + right)).toBe(sum);
  expect(scoreOf(sum)).toBe(Math.fround(scoreOf(sum)));
});
