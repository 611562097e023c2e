/**
 * Streaming runbooks as in the streaming track of NeurIPS 2023 (harsha-simhadri/big-ann-benchmarks): inserts, updates, deletes and
 * searches in random order, recall at each checkpoint, and nothing that grows with what was deleted.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { SampleAd } from "../conformance/index.ts";
import { changesOf, Model, type Step } from "../conformance/model.ts";
import { EVERYBODY, idsOf, plainAd, revised, searchVectors } from "../conformance/support.ts";
import { MemoryRecords } from "../forward/records/index.ts";
import { randomOf } from "../vectors/segment/k-means.ts";
import { buildBase } from "./base.ts";
import { SEGMENT_FILE, writeBase } from "./base-files.ts";
import { openIndex } from "./open-index.ts";
import type { SegmentIndex } from "./segment-index.ts";
import { storedBase } from "./stored-base.ts";

const EMBEDDINGS = { version: "sample", dimensions: 5, rows: new Float32Array(0) };
const ADS = 120;
const CHECKPOINTS = 12;
const CHANGES_PER_CHECKPOINT = 200;
const BATCH = 20;
const QUERIES = 12;
const K = 10;
/** Least mean recall at each checkpoint; that of the calibration. */
const RECALL_MIN = 0.99;

interface Runbook {
  readonly first: readonly SampleAd[];
  /** Changes up to each checkpoint, in the order of the feed. */
  readonly batches: readonly (readonly Step[])[];
  readonly queries: readonly (readonly number[])[];
}

/** Four inserts or updates to one delete: ids come again, so that ads change, go and return. */
function runbookOf(seed: number): Runbook {
  const next = randomOf(seed + 1);
  const vector = () => Array.from({ length: 5 }, () => next() - 0.5);
  const first = Array.from({ length: ADS }, (_, place) => plainAd(place + 1, {}, vector()));
  let version = 1;
  const stepOf = (): Step => {
    const id = 1 + Math.floor(next() * 2 * ADS);
    version++;
    if (next() < 0.2) return { delete: id, version };
    return { upsert: revised(plainAd(id, { title: `cup ${id % 7}` }), version, vector()) };
  };
  const batches = Array.from({ length: CHECKPOINTS }, () => Array.from({ length: CHANGES_PER_CHECKPOINT }, stepOf));
  return { first, batches, queries: Array.from({ length: QUERIES }, vector) };
}

function indexOf(ads: readonly SampleAd[]): SegmentIndex {
  const rows = Float32Array.from(ads.flatMap(({ vector }) => [...vector]));
  const documents = ads.map(({ document }, row) => ({ ...document, embedding: { version: "sample", row } }));
  const index = openIndex(buildBase(documents, { embeddings: { ...EMBEDDINGS, rows }, vectors: "lists" }));
  return index as SegmentIndex;
}

/** Share of the exact answer that the index finds, mean over the queries; each answer has as many ads as there can be. */
async function recallOf(index: SegmentIndex, ads: readonly SampleAd[], queries: Runbook["queries"]): Promise<number> {
  let found = 0;
  let wanted = 0;
  for (const query of queries) {
    const exact = ads
      .map(({ document, vector }) => ({
        id: document.adId as number,
        score: vector.reduce((sum, value, axis) => sum + Math.fround(value) * Math.fround(query[axis] as number), 0),
      }))
      .toSorted((left, right) => right.score - left.score || left.id - right.id)
      .slice(0, K);
    const best = new Set<number>(idsOf((await searchVectors(index.current(), EVERYBODY, query, K)).ids));
    expect(best.size).toBe(exact.length);
    wanted += exact.length;
    found += exact.filter(({ id }) => best.has(id)).length;
  }
  return found / wanted;
}

/** Of everything that is searched. */
function bytesOf(index: SegmentIndex): number {
  const { sections } = storedBase(index.status().base);
  return Object.values(sections).reduce(
    (sum, section) => sum + (typeof section === "string" ? section.length : section.byteLength),
    0,
  );
}

const seeds = fc.nat({ max: 10_000 });

test("recall holds at every checkpoint of a random runbook, and compaction leaves what a rebuild would", async () => {
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const { first, batches, queries } = runbookOf(seed);
      const index = indexOf(first);
      const model = new Model(first);
      for (const [place, batch] of batches.entries()) {
        for (let from = 0; from < batch.length; from += BATCH) {
          const slice = batch.slice(from, from + BATCH);
          index.apply({ ...changesOf(slice), position: place * CHANGES_PER_CHECKPOINT + from + BATCH });
          model.apply(slice);
        }
        expect(await recallOf(index, model.ads, queries)).toBeGreaterThanOrEqual(RECALL_MIN);
        if (place % 4 !== 3) continue;
        const changed = index.status().deltaRows;
        await index.compact();
        // Bounded by the live ads, not by what was ever changed: as if nothing had ever been deleted.
        expect([changed > 0, index.status().deltaRows, index.status().changedAds, index.status().segments]).toEqual([
          true,
          0,
          0,
          1,
        ]);
        expect(index.status().base.documentCount).toBe(model.ads.length);
        expect(bytesOf(index)).toBe(bytesOf(indexOf(model.ads)));
        expect(await recallOf(index, model.ads, queries)).toBeGreaterThanOrEqual(RECALL_MIN);
      }
    }),
    { numRuns: 3 },
  );
});

test("replaying the same log gives the identical segment, whenever it was compacted in between", async () => {
  await fc.assert(
    fc.asyncProperty(seeds, fc.nat({ max: 30 }), async (seed, between) => {
      const { first, batches } = runbookOf(seed);
      const log = batches.slice(0, 4).flat();
      const checksums: string[] = [];
      for (const compactAt of [-1, between]) {
        const index = indexOf(first);
        for (let batch = 0; batch * BATCH < log.length; batch++) {
          index.apply({ ...changesOf(log.slice(batch * BATCH, (batch + 1) * BATCH)), position: batch + 1 });
          if (batch === compactAt) await index.compact();
        }
        await index.compact("replayed");
        checksums.push(await checksumOf(index));
      }
      expect(checksums[1]).toBe(checksums[0]);
    }),
    { numRuns: 3 },
  );
});

async function checksumOf(index: SegmentIndex): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tenon-runbook-"));
  try {
    await writeBase(index.status().base, folder, () => new MemoryRecords());
    return createHash("sha256")
      .update(readFileSync(join(folder, SEGMENT_FILE)))
      .digest("hex");
  } finally {
    await rm(folder, { recursive: true });
  }
}
