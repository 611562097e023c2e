import fc from "fast-check";
import { expect, test } from "vitest";
import { ecpmOfBid } from "./bid.ts";
import { impressionCount } from "./counts.ts";
import { bidMicros, cpmMicros, ecpmMicros } from "./money.ts";
import { bidFromEcpm, chargeForClick, chargeForImpressions, ecpmFromBid } from "./price.ts";
import { probability } from "./probability.ts";

const bids = fc.integer({ min: 0, max: 1e9 }).map(bidMicros);
const probabilities = fc.double({ min: 1e-6, max: 1, noNaN: true }).map(probability);

test("a bid of $0.50 at 2 % clicks is worth $10 per thousand impressions", () => {
  expect(ecpmFromBid(bidMicros(500_000), probability(0.02))).toBe(10_000_000);
  expect(ecpmOfBid({ pays: "perThousandImpressions", cpmMicros: cpmMicros(7) }, probability(0.5))).toBe(7);
});

test("expected value grows with the bid", () => {
  fc.assert(
    fc.property(bids, bids, probabilities, (left, right, clicks) => {
      if (left <= right) expect(ecpmFromBid(left, clicks)).toBeLessThanOrEqual(ecpmFromBid(right, clicks));
    }),
  );
});

test("the price at one's own value is one's own bid, within the stated rounding", () => {
  fc.assert(
    fc.property(bids, probabilities, (bid, clicks) => {
      const price = bidFromEcpm(ecpmFromBid(bid, clicks), clicks);
      expect(Math.abs(price - bid)).toBeLessThanOrEqual(Math.ceil(0.5 / (1_000 * clicks)) + 0.5);
    }),
  );
});

test("no price per click exists at click probability 0", () => {
  expect(() => bidFromEcpm(ecpmMicros(1), probability(0))).toThrow(
    "Click probability of a price per click expects more than 0",
  );
});

test("a thousand impressions cost the price of a thousand; single ones are rounded", () => {
  const price = cpmMicros(1_500);
  expect(chargeForImpressions(price, impressionCount(1_000))).toBe(1_500);
  expect(chargeForImpressions(price, impressionCount(1))).toBe(2);
  expect(chargeForClick(bidMicros(7))).toBe(7);
});
