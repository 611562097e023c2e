/** The lottery of priorities (A17), drawn with the numbers that a node gets from its context. */
import { type AdId, adId } from "@tenon/ads-model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { executorOf } from "../../testing/run-in-graph.ts";
import { pickWinners } from "../pick-winners/pick-winners.ts";
import { drawLottery, type LotteryEntry } from "./lottery.ts";

const RUNS = { numRuns: 300 };
const entries = fc
  .uniqueArray(fc.record({ id: fc.integer({ min: 1, max: 50 }), balls: fc.integer({ min: 0, max: 12 }) }), {
    selector: ({ id }) => id,
    maxLength: 8,
  })
  .map((list): readonly LotteryEntry[] => list.map(({ id, balls }) => ({ adId: adId(id), balls })));
const sack = fc.integer({ min: 0, max: 60 });
const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

const ballsOf = (list: readonly LotteryEntry[]): number => list.reduce((sum, { balls }) => sum + balls, 0);

test("of all the balls of the sack each is drawn for its own ad, and the rest for nobody", () => {
  fc.assert(
    fc.property(entries, sack, (list, sackMin) => {
      const size = Math.max(sackMin, ballsOf(list));
      const wins = new Map<AdId | undefined, number>();
      for (let ball = 0; ball < size; ball++) {
        const winner = drawLottery(list, { sackMin, draw: (ball + 0.5) / size });
        wins.set(winner, (wins.get(winner) ?? 0) + 1);
      }
      for (const { adId: id, balls } of list) expect(wins.get(id) ?? 0).toBe(balls);
      expect(wins.get(undefined) ?? 0).toBe(size - ballsOf(list));
    }),
    RUNS,
  );
});

test("the order of the entries changes no draw, and an ad without balls none either", () => {
  fc.assert(
    fc.property(entries, sack, draw, (list, sackMin, each) => {
      const winner = drawLottery(list, { sackMin, draw: each });
      const idle = { adId: adId(99), balls: 0 };
      expect(drawLottery([idle, ...list.toReversed()], { sackMin, draw: each })).toBe(winner);
    }),
    RUNS,
  );
});

test("no winner is left out when the ads fill the sack, and without balls nobody wins", () => {
  fc.assert(
    fc.property(entries, draw, (list, each) => {
      const winner = drawLottery(list, { sackMin: 0, draw: each });
      expect(winner === undefined).toBe(ballsOf(list) === 0);
    }),
    RUNS,
  );
});

/** The runtime's own draws of one request. */
function randomOf(requestId: string): (name: string, index?: number) => number {
  return executorOf(pickWinners, { auctionPolicy: {} }).begin({ requestId }).random;
}

const DRAWS = 1_000_000;
const SEVEN: readonly LotteryEntry[] = [1, 2, 3, 5, 10, 20, 39].map((balls, at) => ({ adId: adId(at + 1), balls }));
/** 80 balls of ads and 20 of nobody. */
const SACK = 100;

/** Wins by ad in a million draws of one request; the last number is nobody's. */
function wins(requestId: string, name: string): readonly number[] {
  const random = randomOf(requestId);
  const counts = new Array<number>(SEVEN.length + 1).fill(0);
  for (let index = 0; index < DRAWS; index++) {
    const winner = drawLottery(SEVEN, { sackMin: SACK, draw: random(name, index) });
    const cell = winner === undefined ? SEVEN.length : winner - 1;
    counts[cell] = (counts[cell] as number) + 1;
  }
  return counts;
}

/** Above this lies one in a thousand of the chi-square distribution with 7 degrees of freedom. */
const CHI_SQUARE_MAX = 24.32;

test(`${DRAWS} draws by name fit the balls: chi-square over seven ads and nobody`, async ({ annotate }) => {
  const expected = [...SEVEN.map(({ balls }) => balls), SACK - ballsOf(SEVEN)].map((balls) => (balls / SACK) * DRAWS);
  const chiSquare = wins("request-1", "lottery").reduce(
    (sum, count, cell) => sum + (count - (expected[cell] as number)) ** 2 / (expected[cell] as number),
    0,
  );
  expect(chiSquare).toBeLessThan(CHI_SQUARE_MAX);
  await annotate(`chi-square ${chiSquare.toFixed(2)}, 7 degrees of freedom`);
});

test("one request draws the same winners again, another request or another name draws others", () => {
  const first = (requestId: string, name: string) => {
    const random = randomOf(requestId);
    return Array.from({ length: 200 }, (_, index) => drawLottery(SEVEN, { sackMin: SACK, draw: random(name, index) }));
  };
  expect(first("request-1", "lottery")).toEqual(first("request-1", "lottery"));
  expect(first("request-2", "lottery")).not.toEqual(first("request-1", "lottery"));
  expect(first("request-1", "priority")).not.toEqual(first("request-1", "lottery"));
});

test("what cannot be drawn is refused with its code", () => {
  const one = { adId: adId(1), balls: 1 };
  const refused = (list: readonly LotteryEntry[], rules: { sackMin: number; draw: number }) =>
    expect(() => drawLottery(list, rules)).toThrow("TENON1851");
  refused([one, one], { sackMin: 2, draw: 0 });
  refused([{ ...one, balls: 0.5 }], { sackMin: 2, draw: 0 });
  refused([{ ...one, balls: -1 }], { sackMin: 2, draw: 0 });
  refused([one], { sackMin: 1.5, draw: 0 });
  refused([one], { sackMin: 2 ** 32 + 1, draw: 0 });
  refused([one], { sackMin: 2, draw: 1 });
  refused([one], { sackMin: 2, draw: Number.NaN });
});
