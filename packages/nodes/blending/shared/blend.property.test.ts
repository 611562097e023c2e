import fc from "fast-check";
import { expect, test } from "vitest";
import { drawsOf } from "../../testing/market.ts";
import { type Blend, type BlendAd, type BlendRules, blend } from "./blend.ts";

const utility = fc.double({ min: 0, max: 1, noNaN: true });
const ads = fc.array(fc.record({ revenueMicros: fc.integer({ min: 0, max: 50_000_000 }), utility }), { maxLength: 8 });
const items = fc.array(utility, { maxLength: 20 });
const rules = fc.record({
  topSlot: fc.integer({ min: 0, max: 5 }),
  gapMin: fc.integer({ min: 0, max: 4 }),
  slots: fc.integer({ min: 0, max: 8 }),
  lambdaMicros: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e8, noNaN: true })),
});
const RUNS = { numRuns: 2_000 };

const adPositions = ({ positions }: Blend) =>
  positions.flatMap(({ kind }, position) => (kind === "ad" ? [position] : []));
const adCount = (given: readonly BlendAd[], utilities: readonly number[], by: BlendRules) =>
  adPositions(blend(given, utilities, by)).length;

test("both lists keep their inner order, the feed stays whole, and every ad has a place or a rule", () => {
  fc.assert(
    fc.property(ads, items, rules, (given, utilities, by) => {
      const { positions, unplaced } = blend(given, utilities, by);
      const placed = positions.flatMap((each) => (each.kind === "ad" ? [each.ad] : []));
      expect(positions.flatMap((each) => (each.kind === "organic" ? [each.item] : []))).toEqual([...utilities.keys()]);
      expect(placed).toEqual([...placed.keys()]);
      expect([...placed, ...unplaced.map(({ ad }) => ad)]).toEqual([...given.keys()]);
    }),
    RUNS,
  );
});

test("top slot, gap and number of slots hold in every feed", () => {
  fc.assert(
    fc.property(ads, items, rules, (given, utilities, by) => {
      const at = adPositions(blend(given, utilities, by));
      expect(at.length).toBeLessThanOrEqual(by.slots);
      for (const [nth, position] of at.entries()) {
        expect(position).toBeGreaterThanOrEqual(by.topSlot);
        const before = at[nth - 1];
        if (before !== undefined) expect(position - before - 1).toBeGreaterThanOrEqual(by.gapMin);
      }
    }),
    RUNS,
  );
});

for (const [name, gapMin] of [
  ["with", 2],
  ["without", 0],
] as const) {
  test(`${name} the gap rule, a larger lambda never places more ads: 30,000 steps`, () => {
    const draw = drawsOf(20261122);
    let fewer = 0;
    for (let feed = 0; feed < 3_000; feed++) {
      const given = Array.from({ length: 1 + Math.floor(8 * draw()) }, () => ({
        revenueMicros: Math.floor(2e7 * draw()),
        utility: draw(),
      }));
      const utilities = Array.from({ length: Math.floor(25 * draw()) }, draw);
      const by = { topSlot: Math.floor(4 * draw()), gapMin, slots: 8 };
      let lambdaMicros = 0;
      let count = adCount(given, utilities, { ...by, lambdaMicros });
      for (let step = 0; step < 10; step++) {
        lambdaMicros += 1e8 * draw() ** 2;
        const next = adCount(given, utilities, { ...by, lambdaMicros });
        expect(next).toBeLessThanOrEqual(count);
        if (next < count) fewer++;
        count = next;
      }
    }
    // Lambda must bite, or nothing was tested.
    expect(fewer).toBeGreaterThan(500);
  });
}

test("lambda 0: only the slot rules bind, an ad stands wherever they allow one", () => {
  fc.assert(
    fc.property(ads, items, rules, (given, utilities, by) => {
      const { unplaced } = blend(given, utilities, { ...by, lambdaMicros: 0 });
      const [first] = unplaced;
      if (first !== undefined) expect(["topSlot", "gap", "slots"]).toContain(first.rule);
      for (const { rule } of unplaced) expect(rule).not.toBe("utility");
    }),
    RUNS,
  );
});

test("lambda without bound: no ad stands before an item of higher utility", () => {
  const coarse = fc.integer({ min: 0, max: 20 }).map((steps) => steps / 20);
  const coarseAds = fc.array(fc.record({ revenueMicros: fc.integer({ min: 0, max: 50_000_000 }), utility: coarse }), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(coarseAds, fc.array(coarse, { maxLength: 20 }), rules, (given, utilities, by) => {
      const { positions } = blend(given, utilities, { ...by, lambdaMicros: 1e15 });
      for (const [position, each] of positions.entries()) {
        if (each.kind === "organic") continue;
        const next = positions.slice(position).find(({ kind }) => kind === "organic");
        const item = next?.kind === "organic" ? next.item : utilities.length - 1;
        expect(given[each.ad]?.utility).toBeGreaterThanOrEqual(utilities[item] ?? 0);
      }
    }),
    RUNS,
  );
});

test("a higher revenue never moves an ad down", () => {
  fc.assert(
    fc.property(
      ads,
      items,
      rules,
      fc.integer({ min: 1, max: 10_000_000 }),
      fc.nat(7),
      (given, utilities, by, more, nth) => {
        fc.pre(nth < given.length);
        const raised = given.map((ad, at) => (at === nth ? { ...ad, revenueMicros: ad.revenueMicros + more } : ad));
        const place = (list: readonly BlendAd[]) => {
          const position = blend(list, utilities, by).positions.findIndex(
            (each) => each.kind === "ad" && each.ad === nth,
          );
          return position === -1 ? Number.POSITIVE_INFINITY : position;
        };
        expect(place(raised)).toBeLessThanOrEqual(place(given));
      },
    ),
    RUNS,
  );
});
