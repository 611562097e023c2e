import fc from "fast-check";
import { expect, test } from "vitest";
import { TopCandidates } from "./top-candidates.ts";

interface Pair {
  readonly score: number;
  readonly id: number;
}

function best(pairs: readonly Pair[], limit: number): readonly Pair[] {
  const top = new TopCandidates(limit);
  for (const { score, id } of pairs) top.offer(score, id);
  const { ids, scores } = top.take();
  return Array.from({ length: ids.length }, (_, rank) => ({ score: scores.at(rank), id: ids.at(rank) }));
}

function sorted(pairs: readonly Pair[], limit: number): readonly Pair[] {
  return pairs.toSorted((left, right) => right.score - left.score || left.id - right.id).slice(0, limit);
}

/** Few scores, so that ties are the rule; negative zero too, which equals zero. */
const scores = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, min: -1, max: 1 }).map(Math.fround));

test("the best are those of a full sort, for any order, ties and limit", () => {
  fc.assert(
    fc.property(
      fc.array(scores, { maxLength: 600 }),
      fc.integer({ min: 0, max: 120 }),
      fc.nat(),
      (values, limit, salt) => {
        const pairs = values.map((score, place) => ({
          score: score + 0,
          id: ((place + 1) * (2 * salt + 1)) % 100_003,
        }));
        expect(best(pairs, limit)).toEqual(sorted(pairs, limit));
      },
    ),
  );
});

test("orders that defeat a careless pivot give the same", () => {
  const count = 5_000;
  const patterns: readonly ((place: number) => number)[] = [
    (place) => place,
    (place) => -place,
    () => 1,
    (place) => place % 2,
    (place) => Math.abs(place - count / 2),
    (place) => -Math.abs(place - count / 2),
  ];
  for (const pattern of patterns) {
    const pairs = Array.from({ length: count }, (_, place) => ({ score: pattern(place), id: count - place }));
    expect(best(pairs, 500)).toEqual(sorted(pairs, 500));
  }
});

test("the threshold is the worst of the best once more were offered than fit", () => {
  const top = new TopCandidates(40);
  for (let score = 0; score <= 80; score++) top.offer(score, score + 1);
  expect(top.threshold).toBe(40);
  expect(new TopCandidates(0).threshold).toBe(Number.POSITIVE_INFINITY);
});
