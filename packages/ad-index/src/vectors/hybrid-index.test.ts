import { beforeAll, expect, test } from "vitest";
import { setBit } from "../bits/bitset.ts";
import type { AnnQuery } from "./ann-index.ts";
import { HybridIndex } from "./hybrid-index.ts";
import { calibrate } from "./planner/calibrate.ts";
import { VectorSegment } from "./segment/vector-segment.ts";
import { sampleVectors } from "./testing/sample-vectors.ts";

const DIMENSIONS = 32;
const ADS = 20_000;
const QUERIES = 200;
const draw = sampleVectors({ dimensions: DIMENSIONS, clusters: 150, seed: 3 });
const vectors = draw(ADS);
const queries = draw(QUERIES);
const vectorOf = (place: number) => queries.subarray(place * DIMENSIONS, (place + 1) * DIMENSIONS);

let segment: VectorSegment;
let index: HybridIndex;

beforeAll(() => {
  ({ segment } = VectorSegment.build({
    ids: Array.from({ length: ADS }, (_, place) => place + 1),
    vectors,
    dimensions: DIMENSIONS,
    metric: "cosine",
    embeddingVersion: "sample",
  }));
  index = new HybridIndex(segment, { calibration: calibrate(segment) });
});

function query(change: Partial<AnnQuery> = {}): AnnQuery {
  return { vector: vectorOf(0), embeddingVersion: "sample", k: 10, filters: [], ...change };
}

/** Mean recall and that of the worst hundredth, over queries that no calibration has seen. */
function recalls(k: number, filterOf: (place: number, bitmap: Int32Array) => void) {
  const bitmap = segment.bitmaps.take();
  const found = Array.from({ length: QUERIES }, (_, place) => {
    bitmap.fill(0);
    filterOf(place, bitmap);
    const { decision } = index.search(
      query({ vector: vectorOf(place), k, filters: [bitmap], method: "ivf", shadow: true }),
    );
    return decision.shadowRecall!;
  }).toSorted((left, right) => left - right);
  segment.bitmaps.release(bitmap);
  return { mean: found.reduce((sum, recall) => sum + recall, 0) / QUERIES, low: found[QUERIES / 100]! };
}

test.each([1, 0.3, 0.05, 0.01])("lists find the neighbours among %f of the ads, for 10 and for 100", (share) => {
  for (const k of [10, 100]) {
    const { mean, low } = recalls(k, (place, bitmap) => {
      for (const row of segment.rowOfRank)
        if ((row * 7_919 + place * 104_729) % 10_000 < share * 10_000) setBit(bitmap, row);
    });
    expect(mean).toBeGreaterThanOrEqual(0.99);
    expect(low).toBeGreaterThanOrEqual(0.9);
  }
});

test("lists find the neighbours also where the filter excludes the query's own surroundings", () => {
  const { mean, low } = recalls(10, (place, bitmap) => {
    const near = index.search(query({ vector: vectorOf(place), k: 600, method: "exact" }));
    bitmap.set(new Int32Array(segment.shared.memory.buffer, segment.shared.layout.present, bitmap.length));
    for (const row of near.rows) bitmap[row >>> 5]! &= ~(1 << (row & 31));
  });
  expect(mean).toBeGreaterThanOrEqual(0.99);
  expect(low).toBeGreaterThanOrEqual(0.9);
});

test("lists are left out: a wide search reads a small part of the rows", () => {
  const { decision } = index.search(query({ method: "ivf" }));
  expect(decision.rowsRead).toBeLessThan(ADS / 5);
  expect(decision.listsProbed).toBeLessThan(segment.shape.listCount / 5);
});

test("a search that runs out of time says so, and what it found is sound", () => {
  let nowMs = 0;
  const slow = new HybridIndex(segment, { nowMs: () => nowMs++ });
  const all = index.search(query({ k: 10_000, method: "exact" }));
  const scoreOf = new Map(Array.from(all.ids, (id, place) => [id, all.scores[place]]));
  // Every row survives a search for 10,000 of 20,000: the scan stops for them to be taken, and so looks at the clock.
  const cut = slow.search(query({ k: 10_000, method: "exact", timeBudgetMs: 0 }));
  expect(cut.partial).toBe(true);
  expect(cut.decision.rowsRead).toBeLessThan(ADS);
  const worst = all.scores.at(-1)!;
  for (const [place, id] of cut.ids.entries())
    expect(scoreOf.get(id) ?? worst).toBeGreaterThanOrEqual(cut.scores[place]!);
  expect(slow.search(query({ timeBudgetMs: 1_000_000 })).partial).toBe(false);
});

test("wherever a search is cut, no ad is found twice", () => {
  const bound = index.search(query({ k: 10_000, method: "exact" })).scores;
  for (let cutAt = 0; cutAt < 12; cutAt++) {
    let looks = 0;
    const cutting = new HybridIndex(segment, { nowMs: () => (looks++ > cutAt ? 1 : 0) });
    const { ids, scores, partial } = cutting.search(query({ k: 10_000, method: "exact", timeBudgetMs: 1 }));
    expect(new Set(ids).size).toBe(ids.length);
    expect(scores.every((score, rank) => score <= bound[rank]!)).toBe(true);
    expect(partial || ids.length === 10_000).toBe(true);
  }
});

test("more ties than the scan can hold are settled by id", () => {
  const count = 40_000;
  const same = new Float32Array(count * 4).fill(0.5);
  const { segment: tied } = VectorSegment.build({
    ids: Array.from({ length: count }, (_, place) => count - place),
    vectors: same,
    dimensions: 4,
    metric: "innerProduct",
    embeddingVersion: "sample",
  });
  for (const method of ["exact", "ivf"] as const) {
    const { ids } = new HybridIndex(tied).search({ ...query(), vector: [1, 1, 1, 1], k: 3, method });
    expect([...ids]).toEqual([1, 2, 3]);
  }
});

test("a filter that names empty rows by mistake gets no empty answers", () => {
  const { segment: small } = VectorSegment.build({
    ids: Array.from({ length: 100 }, (_, place) => place),
    vectors: vectors.subarray(0, 100 * DIMENSIONS),
    dimensions: DIMENSIONS,
    metric: "cosine",
    embeddingVersion: "sample",
  });
  const bitmap = small.bitmaps.take().fill(-1);
  for (const method of ["exact", "ivf"] as const) {
    const { ids } = new HybridIndex(small).search(query({ k: 1_000, filters: [bitmap], method }));
    expect([...ids].toSorted((left, right) => left - right)).toEqual(Array.from({ length: 100 }, (_, place) => place));
  }
});

test("what no search can answer is refused by name", () => {
  const refused = (change: Partial<AnnQuery>) => expect(() => index.search(query(change)));
  refused({ k: -1 }).toThrow("TENON1400 search limit -1");
  refused({ k: 10_001 }).toThrow("TENON1400 search limit 10001");
  refused({ vector: [1] }).toThrow("TENON1401 vector has 1 components");
  refused({ vector: new Float32Array(DIMENSIONS).fill(Number.NaN) }).toThrow(
    "TENON1401 vector is not finite at component 0",
  );
  refused({ embeddingVersion: "other" }).toThrow('TENON1402 query vector is of embedding "other"');
  refused({ vector: new Float32Array(DIMENSIONS) }).toThrow("TENON1411 vector of the query is zero");
  refused({ filters: [new Int32Array(9)] }).toThrow("TENON1414 bitmap lies outside the segment");
  const bitmap = segment.bitmaps.take();
  segment.bitmaps.release(bitmap);
  refused({ filters: [bitmap] }).toThrow("TENON1414 bitmap is not out");
  refused({ filters: new Array(16).fill(bitmap) }).toThrow("TENON1419 vector search has too many filters");
  refused({ matches: -1 }).toThrow("TENON1419 vector search names no count of matches");
  refused({ timeBudgetMs: Number.NaN }).toThrow("TENON1419 vector search has no usable time budget");
});

test("bitmaps are bounded, and come back cleared", () => {
  const { segment: small } = VectorSegment.build(
    { ids: [1], vectors: new Float32Array([1]), dimensions: 1, metric: "l2", embeddingVersion: "sample" },
    { bitmapsMax: 2 },
  );
  const first = small.bitmaps.take().fill(-1);
  small.bitmaps.take();
  expect(() => small.bitmaps.take()).toThrow("TENON1414 bitmap cannot be taken");
  small.bitmaps.release(first);
  expect([...small.bitmaps.take()]).toEqual([0]);
});
