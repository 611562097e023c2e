import { BidSchema, BudgetSchema, FrequencyCapsSchema } from "@tenon/ads-model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { generateBid, generateBudget, generateFloor, generateFrequencyCaps } from "./generate-money.ts";
import { randomStream } from "./random.ts";

const CENT_MICROS = 10_000;
const seeds = fc.integer();
const categories = fc.constantFrom("brands/office/insurance", "brands/amenity/cafe", "transit/route/bus");

test("clicks are bid per click and awareness per thousand impressions, both in whole cents", () => {
  fc.assert(
    fc.property(seeds, categories, (seed, category) => {
      const clicks = generateBid("clicks", category, randomStream(seed, "bid"));
      const awareness = generateBid("awareness", category, randomStream(seed, "bid"));
      expect(clicks.pays === "perClick" && clicks.bidMicros % CENT_MICROS).toBe(0);
      expect(awareness.pays === "perThousandImpressions" && awareness.cpmMicros % CENT_MICROS).toBe(0);
      for (const bid of [clicks, awareness]) expect(BidSchema.safeParse(bid).error).toBeUndefined();
    }),
  );
});

test("insurers bid more than cafes, cafes more than buses, and floors are a fraction of a typical offer", () => {
  const median = (category: string, drawn: (category: string, row: number) => number) => {
    const values = Array.from({ length: 401 }, (_, row) => drawn(category, row)).sort((left, right) => left - right);
    return values[200] ?? 0;
  };
  const cpm = (category: string, row: number) => {
    const bid = generateBid("awareness", category, randomStream(1, "bid", row));
    return bid.pays === "perThousandImpressions" ? bid.cpmMicros : 0;
  };
  const floor = (category: string, row: number) => generateFloor(category, randomStream(1, "floor", row));
  const [insurance, cafe, bus] = ["brands/office/insurance", "brands/amenity/cafe", "transit/route/bus"].map(
    (category) => median(category, cpm),
  );
  expect(insurance).toBeGreaterThan(cafe ?? 0);
  expect(cafe).toBeGreaterThan(bus ?? 0);
  expect(median("brands/amenity/cafe", floor) / (cafe ?? 1)).toBeCloseTo(0.2, 1);
});

test("a lifetime cap pays for the campaign's days, and known brands have more", () => {
  fc.assert(
    fc.property(
      seeds,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 90 }),
      (seed, popularity, days) => {
        const budget = generateBudget(popularity, days, randomStream(seed, "budget"));
        expect(BudgetSchema.safeParse(budget).error).toBeUndefined();
        if (budget.daily !== null) expect(budget.lifetime.capMicros).toBe(budget.daily.capMicros * days);
        expect(budget.lifetime.capMicros).toBeGreaterThanOrEqual(5_000_000 * days);
        expect(generateBudget(1, days, randomStream(seed, "budget")).lifetime.capMicros).toBeGreaterThanOrEqual(
          budget.lifetime.capMicros,
        );
      },
    ),
  );
});

test("caps name each level once", () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const caps = generateFrequencyCaps(randomStream(seed, "caps"));
      expect(FrequencyCapsSchema.safeParse(caps).error).toBeUndefined();
      expect(new Set(caps.map(({ level }) => level)).size).toBe(caps.length);
    }),
  );
});
