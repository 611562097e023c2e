import { type AdDocument, adId } from "@tenon/ads-model";
import { F32Column, IdColumn } from "@tenon/graph-core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { SAMPLE_EMBEDDING, type SampleAd, sampleAds, withEmbeddings } from "../conformance/index.ts";
import { buildExactIndex } from "./open-index.ts";
import { SegmentIndex } from "./segment-index.ts";
import { TOMBSTONES_MAX, Tombstones } from "./tombstones.ts";

const EVERYBODY = { targeting: {}, atMs: 50 };

const [sample] = fc.sample(sampleAds(), { numRuns: 1, seed: 1 });

function ad(id: number, change: Partial<AdDocument> = {}): SampleAd {
  const served = {
    status: "active",
    creativeReview: "approved",
    policyReview: "approved",
    schedule: { startAtMs: 0, endAtMs: null },
  } as const;
  const targeting = { whenMissing: "weak", conjunctions: [[]] } as const;
  return {
    document: { ...(sample as SampleAd).document, ...served, targeting, version: 1, adId: adId(id), ...change },
    vector: [id, 0, 0, 0, 0],
  };
}

function build(...ads: readonly SampleAd[]) {
  const { documents, embeddings } = withEmbeddings(ads);
  return buildExactIndex(documents, { embeddings });
}

function stateOf(index: ReturnType<typeof build>) {
  if (!(index instanceof SegmentIndex)) throw new Error("not an index of segments");
  return index.current().state;
}

test("a full build keeps the newest of several versions, and refuses one version twice", async () => {
  for (const ads of [
    [ad(1, { version: 2, title: "new" }), ad(1)],
    [ad(1), ad(1, { version: 2, title: "new" })],
  ]) {
    const { found } = await build(...ads)
      .current()
      .forwardRecords(IdColumn.from([1]), new AbortController().signal);
    expect(found.map(({ title }) => title)).toEqual(["new"]);
  }
  expect(() => build(ad(1), ad(2), ad(1))).toThrow("TENON1405 ad 1 is given twice at version 1");
});

test("a full build is strict: the first document that cannot be indexed stops it, by name", () => {
  const { documents, embeddings } = withEmbeddings([ad(1), ad(2)]);
  const short = { ...embeddings, rows: embeddings.rows.slice(0, 5) };
  expect(() => buildExactIndex(documents, { embeddings: short })).toThrow(
    'TENON1406 ad 2 points at row 1 of embedding "sample", which has 1 rows',
  );
  const broken = { ...embeddings, rows: embeddings.rows.map((value, place) => (place === 7 ? Number.NaN : value)) };
  expect(() => buildExactIndex(documents, { embeddings: broken })).toThrow(
    "TENON1407 vector of ad 2 is not finite at component 2",
  );
  for (const dimensions of [0, 3, 2.5])
    expect(() => buildExactIndex(documents, { embeddings: { ...embeddings, dimensions } })).toThrow("TENON1409");
});

test("the name of a build is that of its ads and versions, or the one given", () => {
  const base = (...ads: readonly SampleAd[]) => build(...ads).current().version.base;
  expect(base(ad(1), ad(2))).toBe(base(ad(2), ad(1)));
  expect(base(ad(1), ad(2))).not.toBe(base(ad(1), ad(2, { version: 2 })));
  const { documents, embeddings } = withEmbeddings([ad(1)]);
  expect(buildExactIndex(documents, { embeddings, name: "2026-11-22T10" }).current().version.base).toBe(
    "2026-11-22T10",
  );
});

test("an indexed document is frozen at every depth: readers share it", () => {
  const { documents, embeddings } = withEmbeddings([ad(1)]);
  buildExactIndex(documents, { embeddings });
  const frozen = (value: unknown): boolean =>
    typeof value !== "object" || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
  expect(documents.every(frozen)).toBe(true);
});

test("the matrix is copied: writing to it later changes no score", async () => {
  const { documents, embeddings } = withEmbeddings([ad(1)]);
  const snapshot = buildExactIndex(documents, { embeddings }).current();
  embeddings.rows.fill(9);
  const query = {
    vector: F32Column.from([1, 0, 0, 0, 0]),
    embeddingVersion: SAMPLE_EMBEDDING,
    filter: EVERYBODY,
    limit: 1,
  };
  expect((await snapshot.searchVectors(query)).scores.at(0)).toBe(1);
});

test("segments stay few however many change batches come, and a compaction keeps live ads only", async () => {
  const index = build(...Array.from({ length: 40 }, (_, place) => ad(place + 1)));
  let segmentsMost = 0;
  for (let version = 2; version < 12; version++) {
    for (let id = 1; id <= 60; id++) index.apply({ upserts: [ad(id, { version })] });
    segmentsMost = Math.max(segmentsMost, stateOf(index).views.length);
  }
  // A delta segment holds thousands of rows: 600 changes are one, beside the base.
  expect(segmentsMost).toBe(2);
  const [base, ...young] = stateOf(index).views;
  expect(base?.liveCount).toBe(0);
  expect(young.reduce((sum, { liveCount }) => sum + liveCount, 0)).toBe(60);
  await index.compact();
  expect(stateOf(index).views.map(({ segment, liveCount }) => [segment.size, liveCount])).toEqual([[60, 60]]);
});

test("remembered deletions are bounded, the oldest are forgotten first", () => {
  const tombstones = new Tombstones();
  for (let id = 1; id <= TOMBSTONES_MAX; id++) tombstones.add(adId(id), 5);
  tombstones.add(adId(1), 6);
  tombstones.add(adId(TOMBSTONES_MAX + 1), 5);
  expect([
    tombstones.versionOf(adId(1)),
    tombstones.versionOf(adId(2)),
    tombstones.versionOf(adId(TOMBSTONES_MAX + 1)),
  ]).toEqual([6, 0, 5]);
});

test("a search that is cut between two looks at the clock has read at least one block", async () => {
  const ads = Array.from({ length: 5_000 }, (_, place) => ad(place + 1));
  const { documents, embeddings } = withEmbeddings(ads);
  let nowMs = 0;
  const snapshot = buildExactIndex(documents, { embeddings, nowMs: () => nowMs++ }).current();
  // Looks: start 0, before the segment 1, after the first block 2.
  const answer = await snapshot.searchVectors({
    vector: F32Column.from([1, 0, 0, 0, 0]),
    embeddingVersion: SAMPLE_EMBEDDING,
    filter: EVERYBODY,
    limit: 3,
    timeBudgetMs: 2,
  });
  expect(answer.partial).toBe(true);
  expect(answer.decision.rowsRead).toBeGreaterThanOrEqual(2_048);
  expect(answer.decision.rowsRead).toBeLessThan(5_000);
});
