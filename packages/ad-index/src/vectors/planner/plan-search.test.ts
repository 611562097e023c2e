import { expect, test } from "vitest";
import { VectorSegment } from "../segment/vector-segment.ts";
import { sampleVectors } from "../testing/sample-vectors.ts";
import type { Calibration } from "./calibration.ts";
import { measureCosts } from "./measure-costs.ts";
import { COSTS_DEFAULT, exactMatchesMax, planSearch, type SearchShape } from "./plan-search.ts";

const shape: SearchShape = { k: 10, matches: 0, filters: 2, vectorCount: 100_000, vectorRows: 105_000, listCount: 316 };
const calibration: Calibration = {
  bands: [
    { selectivityMin: 0.1, reach: 0.5, listShare: 0.02, rowShare: 0.02 },
    { selectivityMin: 0.01, reach: 0.4, listShare: 0.05, rowShare: 0.05 },
  ],
  narrowest: { selectivityMin: 0, reach: 0.3, listShare: 1, rowShare: 1 },
};
const facts = { costs: COSTS_DEFAULT, calibration };

test("few matches are scanned, many are searched by lists, and each band has its reach", () => {
  expect(planSearch({ ...shape, matches: 100 }, facts)).toMatchObject({ method: "exact", reach: null, dense: false });
  expect(planSearch({ ...shape, matches: 5_000 }, facts)).toMatchObject({ method: "ivf", reach: 0.4, dense: false });
  expect(planSearch({ ...shape, matches: 100_000 }, facts)).toMatchObject({ method: "ivf", reach: 0.5, dense: true });
});

test("few rows far from each other are gathered, however dear that is: whole words would wait for memory as long", () => {
  const costs = { ...COSTS_DEFAULT, listedRowNs: 25, listedNextNs: 3.5, denseStepNs: 28, denseNextNs: 9 };
  for (const matches of [1, 30, 100, 300, 1_000, 3_000])
    expect(planSearch({ ...shape, matches }, { ...facts, costs }, "exact")).toMatchObject({ dense: false });
  expect(planSearch({ ...shape, matches: 90_000 }, { ...facts, costs }, "exact")).toMatchObject({ dense: true });
});

test("T is the count up to which exact search is planned, and moves with the measured costs", () => {
  const limit = exactMatchesMax(shape, facts);
  expect(planSearch({ ...shape, matches: limit }, facts).method).toBe("exact");
  expect(planSearch({ ...shape, matches: limit + 1 }, facts).method).toBe("ivf");
  const dearLists = { ...facts, costs: { ...COSTS_DEFAULT, centerNs: 100 } };
  expect(exactMatchesMax(shape, dearLists)).toBeGreaterThan(limit);
  const all = { ...facts, costs: { ...COSTS_DEFAULT, centerNs: 1e9 } };
  expect(exactMatchesMax(shape, all)).toBe(shape.vectorCount);
});

test("no plan is predicted to be dearer than another method", () => {
  for (let matches = 0; matches <= shape.vectorCount; matches += 997) {
    const { method, predictedNs, parameters } = planSearch({ ...shape, matches }, facts);
    expect(predictedNs).toBe(Math.min(parameters.exactNs!, parameters.ivfNs!));
    expect(predictedNs).toBe(parameters[`${method}Ns`]);
  }
});

test("a graph is considered where enough rows match, and only if there is one", () => {
  const graph = { candidates: 40, searchNs: 10, selectivityMin: 0.3 };
  expect(planSearch({ ...shape, matches: 50_000 }, { ...facts, graph }).method).toBe("graph");
  expect(planSearch({ ...shape, matches: 29_000 }, { ...facts, graph }).method).toBe("ivf");
  expect(planSearch({ ...shape, matches: 50_000 }, facts).method).toBe("ivf");
});

test("a chosen method is kept, and said to be chosen", () => {
  const plan = planSearch({ ...shape, matches: 100_000 }, facts, "exact");
  expect(plan).toMatchObject({ method: "exact", reason: "the caller chose the method" });
});

test("costs are those of the clock: twice the time, twice the cost", () => {
  const vectors = sampleVectors({ dimensions: 8, clusters: 5, seed: 1 })(2_000);
  const ids = Array.from({ length: 2_000 }, (_, place) => place);
  const { segment } = VectorSegment.build({ ids, vectors, dimensions: 8, metric: "l2", embeddingVersion: "e" });
  const clock = (stepMs: number) => {
    let nowMs = 0;
    return () => {
      nowMs += stepMs;
      return nowMs;
    };
  };
  const costs = measureCosts(segment, clock(0.5));
  const slower = measureCosts(segment, clock(1));
  for (const cost of Object.values(costs)) expect(cost).toBeGreaterThan(0);
  expect(slower.wordNs).toBeCloseTo(2 * costs.wordNs);
});
