import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { setBit } from "../../bits/bitset.ts";
import type { AnnQuery } from "../ann-index.ts";
import { HybridIndex } from "../hybrid-index.ts";
import { VectorSegment } from "../segment/vector-segment.ts";
import { sampleVectors } from "../testing/sample-vectors.ts";
import { profileGraph } from "./graph-profile.ts";
import { HnswGraph } from "./hnsw-graph.ts";

/** The addon is an optional peer, compiled while it installs. */
const addon = (() => {
  try {
    return createRequire(import.meta.url)("hnswlib-node") as typeof import("hnswlib-node");
  } catch {
    return undefined;
  }
})();

const DIMENSIONS = 16;
const ADS = 2_000;
const draw = sampleVectors({ dimensions: DIMENSIONS, clusters: 30, seed: 8 });
const vectors = draw(ADS);
const queries = draw(40);

function segmentOf(metric: "cosine" | "l2"): VectorSegment {
  const ids = Array.from({ length: ADS }, (_, place) => place + 1);
  return VectorSegment.build({ ids, vectors, dimensions: DIMENSIONS, metric, embeddingVersion: "e" }).segment;
}

function query(place: number, change: Partial<AnnQuery> = {}): AnnQuery {
  const vector = queries.subarray(place * DIMENSIONS, (place + 1) * DIMENSIONS);
  return { vector, embeddingVersion: "e", k: 10, filters: [], method: "graph", ...change };
}

describe.skipIf(addon === undefined)("a graph by hnswlib-node", () => {
  let segment: VectorSegment;
  let index: HybridIndex;

  beforeAll(async () => {
    segment = segmentOf("cosine");
    const profile = { candidates: 100, searchNs: 1_000, selectivityMin: 0.3 };
    index = new HybridIndex(segment, { graph: { graph: await HnswGraph.build(segment), profile } });
  });

  afterAll(() => index.close());

  test("finds the neighbours, with our scores and in our order", async () => {
    let recall = 0;
    for (let place = 0; place < 40; place++) {
      const answer = await index.searchAsync(query(place, { shadow: true }));
      const exact = index.search(query(place, { method: "exact", k: ADS }));
      const scoreOf = new Map(Array.from(exact.ids, (id, rank) => [id, exact.scores[rank]]));
      for (const [rank, id] of answer.ids.entries()) expect(answer.scores[rank]).toBe(scoreOf.get(id));
      expect([...answer.scores]).toEqual([...answer.scores].toSorted((left, right) => right - left));
      expect(answer.decision.method).toBe("graph");
      recall += answer.decision.shadowRecall! / 40;
    }
    expect(recall).toBeGreaterThanOrEqual(0.99);
  });

  test("respects filters, and a filter that leaves it short is answered in full by exact search", async () => {
    const half = segment.bitmaps.take();
    const three = segment.bitmaps.take();
    for (const row of segment.rowOfRank) if (segment.ids[row]! % 2 === 0) setBit(half, row);
    for (const id of [4, 500, 1_998]) setBit(three, segment.rowOfRank[id - 1]!);
    for (const id of (await index.searchAsync(query(1, { filters: [half] }))).ids) expect(id % 2).toBe(0);
    const short = await index.searchAsync(query(1, { filters: [half, three] }));
    expect([...short.ids].toSorted((left, right) => left - right)).toEqual([4, 500, 1_998]);
    const all = await index.searchAsync(query(1, { k: 10_000 }));
    expect(all.ids).toHaveLength(ADS);
    segment.bitmaps.release(half);
    segment.bitmaps.release(three);
  });

  test("the planner walks it where it is predicted to be cheapest, and only asynchronously", async () => {
    expect((await index.searchAsync(query(0, { method: undefined }))).decision.method).toBe("graph");
    expect(index.search(query(0, { method: undefined })).decision.method).toBe("exact");
    expect(() => index.search(query(0))).toThrow("TENON1419 vector search cannot walk the graph at once");
    await expect(new HybridIndex(segment).searchAsync(query(0))).rejects.toThrow(
      "TENON1419 vector search asks for a graph",
    );
  });

  test("a profile names the fewest candidates that reach the recall", async () => {
    const profile = await profileGraph(index, queries);
    expect([10, 20, 40, 80, 160, 320]).toContain(profile?.candidates);
    expect(profile?.searchNs).toBeGreaterThan(0);
    expect(await profileGraph(index, queries, { recallMin: 1.1 })).toBeUndefined();
  });

  test("distances are compared as distances", async () => {
    const far = segmentOf("l2");
    const graph = await HnswGraph.build(far, { linksPerNode: 8 });
    const other = new HybridIndex(far, {
      graph: { graph, profile: { candidates: 200, searchNs: 1, selectivityMin: 0 } },
    });
    const { decision, scores } = await other.searchAsync(query(3, { shadow: true }));
    expect(decision.shadowRecall).toBeGreaterThanOrEqual(0.9);
    expect(scores[0]).toBeLessThanOrEqual(0);
    await other.close();
    await expect(graph.search({ query: [], k: 1, candidates: 1, masks: [] })).rejects.toThrow("TENON1415");
  });

  test("settings that the addon would throw at are refused by name", async () => {
    await expect(HnswGraph.build(segment, { linksPerNode: 0 })).rejects.toThrow(
      "TENON1418 graph index has no usable links per node",
    );
    await expect(HnswGraph.build(segment, { buildCandidates: 8 })).rejects.toThrow("TENON1418");
  });
});

/** What we work around. When one of these fails, the addon has changed, and the work-around may go. */
describe.skipIf(addon === undefined)("traps of hnswlib-node 3.0.0", () => {
  function graphOf(count: number, replaceDeleted = false) {
    const graph = new addon!.HierarchicalNSW("l2", 2);
    graph.initIndex(count, 16, 200, 1, replaceDeleted);
    for (let label = 0; label < count; label++) graph.addPoint([label, 0], label);
    return graph;
  }

  test("an exception in the filter ends the process and cannot be caught", () => {
    const script = `
      const { HierarchicalNSW } = require("hnswlib-node");
      const graph = new HierarchicalNSW("l2", 1);
      graph.initIndex(2);
      graph.addPoint([1], 1);
      try { graph.searchKnn([1], 1, () => { throw new Error("caught?"); }); } catch { process.exit(0); }
      process.exit(0);`;
    const { status, signal } = spawnSync(process.execPath, ["-e", script], {
      cwd: import.meta.dirname,
      timeout: 20_000,
    });
    expect(status === 134 || signal === "SIGABRT").toBe(true);
  });

  test("a label that replaced a deleted one can be found twice", () => {
    const graph = graphOf(5, true);
    graph.markDelete(2);
    graph.addPoint([1.1, 0], 1, true);
    const { neighbors } = graph.searchKnn([1, 0], 4);
    expect(neighbors.filter((label) => label === 1)).toHaveLength(2);
    expect(graph.getIdsList().filter((label) => label === 1)).toHaveLength(1);
  });

  test("a filter that matches fewer than k gives a short result", () => {
    expect(graphOf(50).searchKnn([1, 0], 10, (label) => label < 3).neighbors).toHaveLength(3);
    expect(graphOf(50).searchKnn([1, 0], 10, () => false).neighbors).toEqual([]);
  });

  test("vectors must be arrays of numbers, and k no more than the elements", () => {
    const graph = graphOf(3);
    expect(() => graph.searchKnn(new Float32Array([1, 0]) as unknown as number[], 1)).toThrow();
    expect(() => graph.addPoint(new Float32Array([1, 0]) as unknown as number[], 9)).toThrow();
    expect(() => graph.searchKnn([1, 0], 4)).toThrow();
    expect(() => graph.addPoint([1, 0], 9)).toThrow();
    expect(() => graph.markDelete(77)).toThrow();
  });
});
