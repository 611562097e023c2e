import { bidMicros, probability } from "@tenon/ads-model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { auctionScore } from "./auction-score.ts";

const bid = fc.integer({ min: 0, max: 100_000_000 });
const raise = fc.integer({ min: 1, max: 10_000_000 });
const clicks = fc.double({ min: 1e-6, max: 1, noNaN: true });
const quality = fc.double({ min: 0, max: 1, noNaN: true });

function scoreOf(bidOf: number, clickProbability: number, qualityScore: number): number {
  const inputs = { clickProbability: probability(clickProbability), qualityScore, qualityWeightMicros: 200_000 };
  return auctionScore({ pays: "perClick", bidMicros: bidMicros(bidOf) }, inputs).ecpmMicros;
}

test("a higher bid never lowers the score, and raises it wherever the raise is worth a micro of eCPM", () => {
  fc.assert(
    fc.property(bid, raise, clicks, quality, (before, by, clickProbability, qualityScore) => {
      const low = scoreOf(before, clickProbability, qualityScore);
      const high = scoreOf(before + by, clickProbability, qualityScore);
      expect(high).toBeGreaterThanOrEqual(low);
      // Above one, because both products are floats: their difference can miss the step by a rounding of its own.
      if (by * clickProbability * 1_000 > 1.000_001) expect(high).toBeGreaterThan(low);
    }),
    { numRuns: 2_000 },
  );
});
