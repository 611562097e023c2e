import { F32Column } from "@tenon/graph-core";
import { runNode, toGolden } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { adIndexOf } from "../../testing/resources.ts";
import { seededRandom } from "../../testing/seeded-random.ts";
import { randomDirection } from "../shared/random-direction.ts";
import { retrieveForExploration } from "./retrieve-for-exploration.ts";

runAdGoldens(retrieveForExploration, import.meta.dirname, { bind: { adIndex: adIndexOf }, random: seededRandom(1) });

const DIMENSIONS = 8;
const ADS = 24;
const vectorOf = (adId: number): readonly number[] => {
  const direction = randomDirection(DIMENSIONS, (index) => seededRandom(adId)("ad", index));
  return Array.from({ length: DIMENSIONS }, (_, axis) => direction.at(axis));
};
const adIndex = adIndexOf({
  version: "v1",
  ads: Array.from({ length: ADS }, (_, row) => ({ adId: row + 1, vector: vectorOf(row + 1) })),
});

function explore(seed: number) {
  const inputs = {
    targetingQuery: { targeting: {}, atMs: 0 },
    userEmbedding: { version: "v1", vector: F32Column.fill(DIMENSIONS, () => 0), basis: "everybody" },
  };
  const retrievalPolicy = { explorationAdsMax: 2, searchBudgetMs: 5, shadowShare: 0 };
  return runNode(retrieveForExploration, inputs, { uses: { adIndex, retrievalPolicy }, random: seededRandom(seed) });
}

test("one seed explores the same ads, another seed others", async () => {
  expect(toGolden(await explore(1))).toEqual(toGolden(await explore(1)));
  const first = await explore(1);
  const others = await Promise.all([2, 3, 4, 5].map(explore));
  expect(others.some(({ explorationCandidates: { ids } }) => ids.at(0) !== first.explorationCandidates.ids.at(0))).toBe(
    true,
  );
});

test("every ad is explored by some request", async () => {
  const seen = new Set<number>();
  for (let seed = 0; seed < 400; seed++) {
    const { explorationCandidates } = await explore(seed);
    for (let row = 0; row < explorationCandidates.size; row++) seen.add(explorationCandidates.ids.at(row));
  }
  expect(seen.size).toBe(ADS);
});

test("a random direction has length 1 and no side is preferred", () => {
  const count = 4_000;
  const sums = new Array<number>(DIMENSIONS).fill(0);
  for (let seed = 0; seed < count; seed++) {
    const direction = randomDirection(DIMENSIONS, (index) => seededRandom(seed)("direction", index));
    let squares = 0;
    for (let axis = 0; axis < DIMENSIONS; axis++) {
      squares += direction.at(axis) ** 2;
      sums[axis] = (sums[axis] as number) + direction.at(axis);
    }
    expect(squares).toBeCloseTo(1, 5);
  }
  // The mean of a component has variance 1 / (dimensions × count); five standard deviations pass by chance once in a million.
  const bound = 5 / Math.sqrt(DIMENSIONS * count);
  for (const sum of sums) expect(Math.abs(sum / count)).toBeLessThan(bound);
});
