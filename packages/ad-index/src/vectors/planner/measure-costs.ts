/**
 * Costs of scans, measured where they will run: on the segment itself, when it is loaded. Takes about 0.2 s, most of it until the
 * engine has optimised the kernels: in their first milliseconds they run five times slower.
 */
import { SegmentSearcher } from "../search/segment-searcher.ts";
import { randomOf } from "../segment/k-means.ts";
import type { VectorSegment } from "../segment/vector-segment.ts";
import type { ScanCosts } from "./plan-search.ts";

/** The best of these runs counts: the others measure what else the machine did. */
const RUNS_MIN = 5;
const RUN_MS = 15;
const WARM_UP_MS = 60;
/** Words at most of which every row is read: one measurement stays below a few milliseconds. */
const DENSE_WORDS_MAX = 4_096;
const EXACT_ROWS = 1_024;

export function measureCosts(segment: VectorSegment, nowMs: () => number = () => performance.now()): ScanCosts {
  const { shape, shared, bitmaps } = segment;
  const searcher = new SegmentSearcher(shared, 0);
  const bitmap = bitmaps.take();
  const next = randomOf(1);
  const query = Float64Array.from({ length: shape.exactStride }, (_, axis) =>
    axis < shape.dimensions ? next() - 0.5 : 0,
  );
  const masks = [shared.layout.present, bitmaps.addressOf(bitmap)];
  const task = { query, k: 10, masks, dense: false, reach: null };
  const timed = (work: () => void, prepare: () => void = () => {}) => {
    let best = Number.POSITIVE_INFINITY;
    const endMs = nowMs() + RUN_MS;
    for (let run = 0; run < RUNS_MIN || nowMs() < endMs; run++) {
      prepare();
      const startMs = nowMs();
      work();
      best = Math.min(best, nowMs() - startMs);
    }
    return best * 1e6;
  };
  const search = (dense: boolean, reach: number | null) => {
    for (const _ of searcher.run({ ...task, dense, reach }));
  };
  // One row of each word, another one each time: requests come with filters of their own, so rows are seldom in the cache.
  const words = shape.vectorRows >>> 5;
  const drawRows = () => {
    for (let word = 0; word < words; word++) bitmap[word] = 1 << Math.floor(next() * 32);
  };

  const warmUntilMs = nowMs() + WARM_UP_MS;
  drawRows();
  while (nowMs() < warmUntilMs) {
    search(false, 0);
    search(false, null);
    search(true, null);
  }
  bitmap.fill(0);
  const emptyNs = timed(() => search(false, null));
  const probedNs = timed(() => search(false, Number.MAX_VALUE));
  const wordNs = timed(() => searcher.matches.count(masks)) / Math.max(1, words * masks.length);
  const emptyDenseNs = timed(() => search(true, null));
  const beginNs = timed(() => searcher.rescore(task, new Int32Array(0)));
  const meanNs = timed(() => searcher.meanScores(task));
  const exactRows = segment.rowOfRank.subarray(0, EXACT_ROWS);
  const exactNs = timed(() => searcher.rescore(task, exactRows));
  const listedNs = timed(() => search(false, null), drawRows);
  const stepsNs = timed(() => search(true, null), drawRows);
  const listedRows = searcher.matches.count(masks);
  const denseWords = Math.min(DENSE_WORDS_MAX, words);
  bitmap.fill(0).fill(-1, 0, denseWords);
  const denseNs = timed(() => search(true, null));
  const nextNs = timed(() => search(false, null));
  const allRows = searcher.matches.count(masks);
  bitmaps.release(bitmap);

  // A clock that is too coarse must not make anything free.
  const each = (ns: number, count: number, leastNs: number) => Math.max(ns / Math.max(1, count), leastNs);
  return {
    listedRowNs: each(listedNs - emptyNs, listedRows, 0.1),
    listedNextNs: each(nextNs - emptyNs, allRows, 0.1),
    denseStepNs: each(stepsNs - emptyDenseNs, listedRows, 0.2),
    denseNextNs: each(denseNs - emptyDenseNs, allRows / 4, 0.2),
    wordNs: Math.max(wordNs, 0.01),
    denseWordNs: each(emptyDenseNs - beginNs, words * masks.length, 0.01),
    centerNs: each(meanNs - beginNs, shape.listCount, 0.1),
    exactRowNs: each(exactNs - beginNs, exactRows.length, 1),
    listNs: each(probedNs - emptyNs - (meanNs - beginNs), shape.listCount, 1),
  };
}
