import { expect, test } from "vitest";
import { kendallTau, overlapAt, rankBiasedOverlap } from "./rankings.ts";

const list = (text: string): readonly string[] => [...text];

test("overlap at k is the share of the first k that both have", () => {
  expect(overlapAt(list("abcd"), list("abdc"), 2)).toBe(1);
  expect(overlapAt(list("abcd"), list("bcda"), 1)).toBe(0);
  expect(overlapAt(list("abcd"), list("abc"), 4)).toBe(0.75);
  expect(overlapAt([], [], 4)).toBe(1);
});

test("Kendall's τ is 1, -1 and, for one turned pair of three, 1/3", () => {
  expect(kendallTau(list("abc"), list("abc"))).toBe(1);
  expect(kendallTau(list("abc"), list("cba"))).toBe(-1);
  expect(kendallTau(list("abc"), list("bac"))).toBeCloseTo(1 / 3, 12);
  expect(kendallTau(list("ab"), list("ax"))).toBe(null);
});

test("Kendall's τ is 1 less twice the share of turned pairs", () => {
  // 1 2 3 5 4 7 6 10 8 9 turns 5 4, 7 6, 10 8 and 10 9 round: 4 of 45 pairs.
  const order = [1, 2, 3, 5, 4, 7, 6, 10, 8, 9].map(String);
  expect(
    kendallTau(
      order.toSorted((one, other) => Number(one) - Number(other)),
      order,
    ),
  ).toBeCloseTo(1 - 8 / 45, 12);
});

test("rank-biased overlap, extrapolated, is 1 for equal lists and 0 for lists apart", () => {
  expect(rankBiasedOverlap(list("abcde"), list("abcde"))).toBeCloseTo(1, 12);
  expect(rankBiasedOverlap(list("abc"), list("xyz"))).toBe(0);
  expect(rankBiasedOverlap([], [])).toBe(1);
});

test("rank-biased overlap of two lists of equal length follows the formula of the paper", () => {
  // RBO_ext = A_k p^k + (1 - p)/p Σ A_d p^d, k = 3, p = 0.9, agreements 0, 1, 1 of "abc" and "bac".
  const p = 0.9;
  const expected = p ** 3 + ((1 - p) / p) * (p ** 2 + p ** 3);
  expect(rankBiasedOverlap(list("abc"), list("bac"), p)).toBeCloseTo(expected, 12);
});

test("rank-biased overlap does not depend on which list is named first, and likes a change at the end better", () => {
  const [one, other] = [list("abcdefg"), list("abced")];
  expect(rankBiasedOverlap(one, other)).toBeCloseTo(rankBiasedOverlap(other, one), 12);
  expect(rankBiasedOverlap(list("abcde"), list("abced"))).toBeGreaterThan(
    rankBiasedOverlap(list("abcde"), list("bacde")),
  );
});
