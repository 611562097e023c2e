import { afterAll, beforeAll, expect, test } from "vitest";
import type { AnnQuery } from "../ann-index.ts";
import { HybridIndex } from "../hybrid-index.ts";
import { COSTS_DEFAULT } from "../planner/plan-search.ts";
import { type SearchTask, SegmentSearcher } from "../search/segment-searcher.ts";
import { VectorSegment } from "../segment/vector-segment.ts";
import { sampleVectors } from "../testing/sample-vectors.ts";
import { SearchPool } from "./search-pool.ts";
import { SlicedRunner } from "./sliced-runner.ts";
import { WAITING_MAX } from "./task-runner.ts";

const ADS = 100_000;
const DIMENSIONS = 16;
const nowMs = () => performance.now();
let segment: VectorSegment;
let queries: Float32Array;

beforeAll(() => {
  const draw = sampleVectors({ dimensions: DIMENSIONS, clusters: 40, seed: 5 });
  const ids = Array.from({ length: ADS }, (_, place) => place);
  const vectors = draw(ADS);
  queries = draw(100);
  ({ segment } = VectorSegment.build(
    { ids, vectors, dimensions: DIMENSIONS, metric: "innerProduct", embeddingVersion: "e" },
    { searchersMax: 6 },
  ));
});

function query(place: number): AnnQuery {
  const vector = queries.subarray(place * DIMENSIONS, (place + 1) * DIMENSIONS);
  return { vector, embeddingVersion: "e", k: 20, filters: [], method: "exact" };
}

/** Costs so high that every search is taken for a long one. */
const LONG = { ...COSTS_DEFAULT, listedRowNs: 1e6, listedNextNs: 1e6, denseStepNs: 4e6, denseNextNs: 4e6 };

/** A task whose bitmap lies outside the memory: the kernel traps, as it would on a damaged segment. */
function trap(): SearchTask {
  return { query: new Float64Array(DIMENSIONS), k: 1, masks: [0x7fff_fff0], dense: false, reach: null };
}

function task(): SearchTask {
  const { shared } = segment;
  return {
    query: new Float64Array(DIMENSIONS).fill(1),
    k: 5,
    masks: [shared.layout.present],
    dense: true,
    reach: null,
  };
}

test.each([0, 2])(
  "with %i workers, long searches answer as searches on this thread do, many at a time",
  async (workers) => {
    const index = new HybridIndex(segment, { costs: LONG, workers });
    const places = Array.from({ length: 40 }, (_, place) => place);
    const answers = places.map((place) => index.searchAsync(query(place)));
    // Searches of this thread run in between, in their own scratch area.
    const wanted = places.map((place) => index.search(query(place)));
    expect(await Promise.all(answers)).toEqual(wanted);
    await index.close();
  },
);

test("a worker that ends fails its search by name, and is replaced three times", async () => {
  const [area] = segment.takeSearchers(1);
  const pool = new SearchPool(segment.shared, [area!], nowMs);
  for (let lost = 0; lost < 3; lost++) {
    await expect(pool.run(trap(), undefined)).rejects.toThrow(
      "TENON1416 a search worker ended: memory access out of bounds",
    );
    expect((await pool.run(task(), undefined)).ranks).toHaveLength(5);
  }
  const waiting = [pool.run(trap(), undefined), pool.run(task(), undefined)];
  for (const search of waiting) await expect(search).rejects.toThrow("TENON1416");
  await expect(pool.run(task(), undefined)).rejects.toThrow("TENON1416");
  await pool.close();
  segment.releaseSearchers([area!]);
});

test("the queue is bounded, and closing answers everybody who waits", async () => {
  const areas = segment.takeSearchers(2);
  const runners = [
    new SearchPool(segment.shared, areas.slice(0, 1), nowMs),
    new SlicedRunner(new SegmentSearcher(segment.shared, areas[1]!), nowMs),
  ];
  for (const runner of runners) {
    const searches = Array.from({ length: WAITING_MAX + 2 }, () =>
      runner.run(task(), undefined).catch((error: Error) => error.message),
    );
    const overflow = await Promise.race(searches.slice(-1));
    expect(overflow).toContain("TENON1415 no search can be queued: 64 searches wait, at most 64 may");
    await runner.close();
    const last = (await Promise.all(searches)).at(-3);
    expect(last).toContain("TENON1415 no search can be queued: the index is closed");
    await expect(runner.run(task(), undefined)).rejects.toThrow("the index is closed");
  }
  segment.releaseSearchers(areas);
});

test("sliced searches let other work run between slices", async () => {
  const index = new HybridIndex(segment, { costs: LONG });
  let turns = 0;
  const turn = () => {
    turns++;
    handle = setImmediate(turn);
  };
  let handle = setImmediate(turn);
  const { decision } = await index.searchAsync({ ...query(0), k: 10_000 });
  clearImmediate(handle);
  expect(decision.rowsRead).toBe(ADS);
  expect(turns).toBeGreaterThan(0);
  await index.close();
});

test("a search whose time is up before a worker takes it is partial", async () => {
  const [area] = segment.takeSearchers(1);
  const pool = new SearchPool(segment.shared, [area!], nowMs);
  const result = await pool.run({ ...task(), dense: false, k: 10_000 }, 0);
  expect(result.partial).toBe(true);
  expect(result.rowsRead).toBeLessThan(ADS);
  await pool.close();
  segment.releaseSearchers([area!]);
});

test("workers need scratch areas, and give them back", async () => {
  expect(() => new HybridIndex(segment, { workers: 6 })).toThrow(
    "TENON1419 vector search asks for more searchers than are free",
  );
  expect(() => new HybridIndex(segment, { workers: 0.5 })).toThrow(
    "TENON1419 vector search has no usable count of workers",
  );
  for (let round = 0; round < 2; round++) await new HybridIndex(segment, { workers: 5 }).close();
});

afterAll(() => {
  expect(segment.takeSearchers(5).toSorted()).toEqual([1, 2, 3, 4, 5]);
});
