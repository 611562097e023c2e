import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adId } from "@tenon/ads-model";
import { IdColumn } from "@tenon/graph-core";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { filters, type SampleAd, sampleMarketplaces, vectors, withEmbeddings } from "../conformance/index.ts";
import { answersOf, batch, changesOf, Model } from "../conformance/model.ts";
import { EVERYBODY, idsOf, plainAd, revised, searchVectors } from "../conformance/support.ts";
import { LmdbRecords } from "../forward/lmdb/index.ts";
import { COSTS_DEFAULT } from "../vectors/planner/plan-search.ts";
import { buildBase } from "./base.ts";
import { type OpenOptions, openBase, SEGMENT_FILE, writeBase } from "./base-files.ts";
import { openIndex } from "./open-index.ts";

let folder: string;
let bases = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tenon-base-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const openRecords = (options: { readonly folder: string }) => new LmdbRecords(options);

/** Measured costs would make plans of tests depend on the machine. */
const load = (own: string, options: OpenOptions = {}) =>
  openBase(own, openRecords, { search: { costs: COSTS_DEFAULT }, ...options });

async function writtenBase(ads: readonly SampleAd[], watermark = 0) {
  const own = join(folder, String(bases++));
  const { documents, embeddings } = withEmbeddings(ads);
  const built = buildBase(documents, { embeddings, watermark, vectors: "lists" });
  await writeBase(built, own, openRecords);
  return { own, built };
}

test("a loaded base answers as the built one, before and after changes and a compaction", async () => {
  await fc.assert(
    fc.asyncProperty(sampleMarketplaces(70), batch, filters, vectors, async (ads, steps, filter, query) => {
      const { own, built } = await writtenBase(ads);
      const loaded = await load(own);
      expect([loaded.name, loaded.documentCount]).toEqual([built.name, built.documentCount]);
      const there = openIndex(built);
      const back = openIndex(loaded);
      const model = new Model(ads);
      model.apply(steps);
      const all = [...ads, ...model.ads];
      const expectEqual = async () =>
        expect(await answersOf(back.current(), all, filter, query)).toEqual(
          await answersOf(there.current(), all, filter, query),
        );
      await expectEqual();
      there.apply(changesOf(steps));
      back.apply(changesOf(steps));
      await expectEqual();
      await back.compact();
      await expectEqual();
      await loaded.close();
    }),
    { numRuns: 15 },
  );
});

test("watermark and deletions come back: a rollback to the files keeps out what was deleted before", async () => {
  const { documents, embeddings } = withEmbeddings([plainAd(1)]);
  const deletions = [{ adId: adId(2), version: 4 }];
  const own = join(folder, String(bases++));
  await writeBase(buildBase(documents, { embeddings, watermark: 7, deletions, vectors: "lists" }), own, openRecords);
  const loaded = await load(own);
  const index = openIndex(loaded);
  expect(index.status()).toMatchObject({ position: 7, base: { watermark: 7 } });
  expect(index.apply({ upserts: [revised(plainAd(2), 3)] }).stale).toEqual([2]);
  await loaded.close();
});

test("an ad that changes without a new embedding keeps the vector that the loaded base holds", async () => {
  const { own } = await writtenBase([plainAd(1), plainAd(2)]);
  const loaded = await load(own);
  const index = openIndex(loaded);
  const known = { version: "sample", row: 1 };
  const { document } = plainAd(2, { version: 2, title: "cheaper", embedding: known });
  expect(index.apply({ upserts: [{ document }] })).toMatchObject({ appliedCount: 1, rejected: [] });
  expect(idsOf((await searchVectors(index.current(), EVERYBODY, [1, 0, 0, 0, 0])).ids)).toEqual([2, 1]);
  const strange = { ...document, version: 3, embedding: { version: "sample", row: 9 } };
  const { rejected } = index.apply({ upserts: [{ document: strange }] });
  expect(rejected.map(({ problem }) => problem.code)).toEqual(["TENON1406"]);
  await loaded.close();
});

test("a request under way reads records of the base it started with, also after a swap", async () => {
  const first = await writtenBase([plainAd(1)]);
  const second = await writtenBase([plainAd(2)], 1);
  const [old, next] = [await load(first.own), await load(second.own)];
  const index = openIndex(old);
  const before = index.current();
  await index.swapBase(next);
  const read = async (snapshot: typeof before) =>
    (await snapshot.forwardRecords(IdColumn.from([1, 2]), new AbortController().signal)).found.map(
      ({ adId: id }) => id,
    );
  expect(await read(before)).toEqual([1]);
  expect(await read(index.current())).toEqual([2]);
  await Promise.all([old.close(), next.close()]);
});

test("a base of another embedding, a damaged file, and no file are refused by name", async () => {
  const { own } = await writtenBase([plainAd(1), plainAd(2)]);
  await expect(load(own, { embeddingVersion: "text-64" })).rejects.toThrow("TENON1412");
  await expect(load(join(folder, "nowhere"))).rejects.toThrow("TENON1425");
  const file = join(own, SEGMENT_FILE);
  const bytes = await readFile(file);
  bytes[bytes.length - 70] = (bytes[bytes.length - 70] as number) ^ 1;
  await writeFile(file, bytes);
  await expect(load(own)).rejects.toThrow("TENON1429");
});

test("a base whose records are gone cannot be compacted, and says which are missing", async () => {
  const { own } = await writtenBase([plainAd(1)]);
  const loaded = await openBase(own, () => openRecords({ folder: join(folder, "empty") }));
  const index = openIndex(loaded);
  await expect(index.compact()).rejects.toThrow("TENON1449");
  const { found, missing } = await index.current().forwardRecords(IdColumn.from([1]), new AbortController().signal);
  expect([found, missing]).toEqual([[], [1]]);
  await loaded.close();
});

test("a base that looks at every vector has no file form", async () => {
  const { documents, embeddings } = withEmbeddings([plainAd(1)]);
  await expect(writeBase(buildBase(documents, { embeddings }), join(folder, "flat"), openRecords)).rejects.toThrow(
    "TENON1448",
  );
});
