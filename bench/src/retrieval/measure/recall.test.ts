import { expect, test } from "vitest";
import { plainScan } from "../contenders/plain-scan.ts";
import { ClusteredSource } from "../data/clustered.ts";
import { ALL, type Filter } from "../data/filters.ts";
import { truthOf } from "../data/truth.ts";
import { ATTRIBUTE_VALUES, type VectorSet } from "../data/vector-set.ts";
import { recallOf, recallStatistics } from "./recall.ts";

const source = new ClusteredSource({ count: 500, dimensions: 8, seed: 2 });
const set = source.vectorSet();
const [query] = source.queries(1, "tuning").vectors as [Float32Array];
const HALF: Filter = [{ kind: "range", attribute: "first", from: 0, width: ATTRIBUTE_VALUES / 2 }, ALL[1]];

function askOf(filter: Filter, of: VectorSet = set) {
  return { query, filter, truth: truthOf(of, query, filter) };
}

async function best(filter: Filter, of: VectorSet = set): Promise<number[]> {
  const { contender } = await plainScan(of);
  return Array.from(await contender.search(query, contender.prepare(filter), 0));
}

test("the exact answer has recall 1, each of its ads that is missing costs a tenth", async () => {
  const found = await best(HALF);
  expect(found).toHaveLength(10);
  expect(recallOf(set, askOf(HALF), found)).toBe(1);
  expect(recallOf(set, askOf(HALF), found.slice(0, 7))).toBe(0.7);
});

test("ads that are allowed but not among the best are no hits", async () => {
  const far = Array.from({ length: set.count }, (_, id) => id).filter(
    (id) => (set.first[id] as number) < ATTRIBUTE_VALUES / 2,
  );
  const right = new Set(await best(HALF));
  const wrong = far.filter((id) => !right.has(id)).slice(0, 10);
  expect(recallOf(set, askOf(HALF), wrong)).toBe(0);
});

test("fewer matches than wanted are all there is to find; none at all is found by an empty answer", async () => {
  const values = { ...set, first: set.first.map((_, id) => (id < 3 ? 1 : 0)) };
  const three: Filter = [{ kind: "range", attribute: "first", from: 1, width: 1 }, ALL[1]];
  expect(recallOf(values, askOf(three, values), await best(three, values))).toBe(1);
  expect(recallOf(values, askOf(three, values), [0, 1])).toBeCloseTo(2 / 3);
  const none: Filter = [{ kind: "range", attribute: "first", from: 9, width: 1 }, ALL[1]];
  expect(recallOf(values, askOf(none, values), [])).toBe(1);
});

test("an ad of equal score counts as much as the one the truth has", () => {
  const twins = { ...set, vectors: set.vectors.slice() };
  for (let id = 0; id < 20; id++) twins.vectors.set(query, id * set.dimensions);
  const ask = askOf(ALL, twins);
  expect(recallOf(twins, ask, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])).toBe(1);
  expect(recallOf(twins, ask, [10, 11, 12, 13, 14, 15, 16, 17, 18, 19])).toBe(1);
});

test("an ad that its filter excludes, or one found twice, is an error and not a miss", async () => {
  const excluded = set.first.findIndex((value) => value >= ATTRIBUTE_VALUES / 2);
  expect(() => recallOf(set, askOf(HALF), [excluded])).toThrow(`ad ${excluded} was found, but its filter`);
  const [first] = (await best(HALF)) as [number];
  expect(() => recallOf(set, askOf(HALF), [first, first])).toThrow(`ad ${first} was found twice`);
});

test("the worst query and the first percentile are not hidden by the mean", () => {
  const recalls = [...Array<number>(198).fill(1), 0.2, 0.5, 0.8];
  const { mean, worst, p1 } = recallStatistics(recalls);
  expect(mean).toBeCloseTo((198 + 1.5) / 201);
  expect([worst, p1]).toEqual([0.2, 0.8]);
});
