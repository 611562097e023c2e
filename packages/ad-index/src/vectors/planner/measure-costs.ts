/**
 * Costs of scans, measured where they will run: on the segment itself, when it is loaded. Takes about 0.2 s, most of it until the
 * engine has optimised the kernels: in their first milliseconds they run five times slower.
 */
import { setBit } from "../../bits/bitset.ts";
import { SegmentSearcher } from "../search/segment-searcher.ts";
import { randomOf } from "../segment/k-means.ts";
import type { VectorSegment } from "../segment/vector-segment.ts";
import type { ScanCosts } from "./plan-search.ts";

/** The best of these runs counts: the others measure what else the machine did. */
const RUNS_MIN = 5;
const RUN_MS = 15;
const WARM_UP_MS = 60;
/** Share of rows in the bitmap of the gathered scan. */
const LISTED_SHARE = 1 / 16;
/** Rows at most: one measurement stays below a few milliseconds. */
const WORDS_MAX = 4_096;
const EXACT_ROWS = 1_024;

export function measureCosts(segment: VectorSegment, nowMs: () => number = () => performance.now()): ScanCosts {
  const { shape, shared, bitmaps } = segment;
  const searcher = new SegmentSearcher(shared, 0);
  const bitmap = bitmaps.take();
  const words = Math.min(WORDS_MAX, shape.vectorRows >>> 5);
  const next = randomOf(1);
  const query = Float64Array.from({ length: shape.exactStride }, (_, axis) =>
    axis < shape.dimensions ? next() - 0.5 : 0,
  );
  const masks = [shared.layout.present, bitmaps.addressOf(bitmap)];
  const timed = (work: () => void) => {
    let best = Number.POSITIVE_INFINITY;
    const endMs = nowMs() + RUN_MS;
    for (let run = 0; run < RUNS_MIN || nowMs() < endMs; run++) {
      const startMs = nowMs();
      work();
      best = Math.min(best, nowMs() - startMs);
    }
    return best * 1e6;
  };
  const search = (dense: boolean, reach: number | null) =>
    timed(() => {
      for (const _ of searcher.run({ query, k: 10, masks, dense, reach }));
    });

  const drawRows = () => {
    for (let row = 0; row < words * 32; row++) if (next() < LISTED_SHARE) setBit(bitmap, row);
  };
  const warmUntilMs = nowMs() + WARM_UP_MS;
  drawRows();
  while (nowMs() < warmUntilMs) {
    search(false, 0);
    search(true, null);
  }
  bitmap.fill(0);
  const emptyNs = search(false, null);
  const probedNs = search(false, Number.MAX_VALUE);
  const wordNs = timed(() => searcher.countMatches(masks)) / Math.max(1, (shape.vectorRows >>> 5) * masks.length);
  const meanNs = timed(() => searcher.meanScores({ query, k: 10, masks, dense: false, reach: 0 }));
  drawRows();
  const listedRows = Math.max(1, searcher.countMatches(masks));
  const listedNs = search(false, null);
  const task = { query, k: 10, masks, dense: false, reach: null };
  const exactRows = segment.rowOfRank.subarray(0, EXACT_ROWS);
  const exactNs = timed(() => searcher.rescore(task, exactRows));
  bitmap.fill(-1, 0, words);
  const denseNs = search(true, null);
  bitmaps.release(bitmap);
  const positive = (ns: number, least: number) => Math.max(ns, least);
  return {
    listedRowNs: positive((listedNs - emptyNs) / listedRows, 0.1),
    denseRowNs: positive((denseNs - emptyNs) / Math.max(1, words * 32), 0.05),
    wordNs: positive(wordNs, 0.01),
    centerNs: positive(meanNs / shape.listCount, 0.1),
    exactRowNs: positive(exactNs / Math.max(1, exactRows.length), 1),
    listNs: positive((probedNs - emptyNs - meanNs) / shape.listCount, 1),
  };
}
