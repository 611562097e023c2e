import fc from "fast-check";
import { expect, test } from "vitest";
import { separate } from "./separate.ts";

const heavy = (wish: number, weight = 1) => ({ wish, weight });

test("wishes that leave room are granted", () => {
  expect(separate([heavy(0), heavy(100), heavy(300)], [20, 20])).toEqual([0, 100, 300]);
});

test("two that want one place stand around it", () => {
  expect(separate([heavy(50), heavy(50)], [20])).toEqual([40, 60]);
});

test("the lighter one gives way", () => {
  expect(separate([heavy(50, 3), heavy(50, 1)], [20])).toEqual([45, 65]);
});

test("wishes in the wrong order are pooled, not swapped", () => {
  expect(separate([heavy(100), heavy(0)], [10])).toEqual([45, 55]);
});

const wishesAndGaps = fc
  .array(fc.record({ wish: fc.integer({ min: -500, max: 500 }), weight: fc.integer({ min: 1, max: 20 }) }), {
    minLength: 1,
    maxLength: 8,
  })
  .chain((wishes) =>
    fc.tuple(
      fc.constant(wishes),
      fc.array(fc.integer({ min: 0, max: 60 }), { minLength: wishes.length - 1, maxLength: wishes.length - 1 }),
    ),
  );

test("property: gaps are kept, and no other places that keep them are nearer to the wishes", () => {
  const cost = (places: readonly number[], wishes: readonly { wish: number; weight: number }[]) =>
    wishes.reduce((sum, { wish, weight }, at) => sum + weight * ((places[at] ?? 0) - wish) ** 2, 0);
  fc.assert(
    fc.property(
      wishesAndGaps,
      fc.array(fc.integer({ min: -60, max: 60 }), { minLength: 8, maxLength: 8 }),
      ([wishes, gaps], moves) => {
        const places = separate(wishes, gaps);
        for (const [at, gap] of gaps.entries()) {
          expect((places[at + 1] ?? 0) - (places[at] ?? 0)).toBeGreaterThanOrEqual(gap - 1e-9);
        }
        const others: number[] = [];
        places.forEach((place, at) => {
          const least = at === 0 ? Number.NEGATIVE_INFINITY : (others[at - 1] ?? 0) + (gaps[at - 1] ?? 0);
          others.push(Math.max(least, place + (moves[at] ?? 0)));
        });
        expect(cost(places, wishes)).toBeLessThanOrEqual(cost(others, wishes) + 1e-6);
      },
    ),
  );
});
