import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { adId } from "@tenon/ads-model";
import { IdColumn } from "@tenon/graph-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SAMPLE_EMBEDDING, type SampleAd, withEmbeddings } from "../conformance/index.ts";
import { EVERYBODY, idsOf, plainAd, revised, searchVectors } from "../conformance/support.ts";
import { LmdbRecords } from "../forward/lmdb/index.ts";
import type { AdIndexHost, IndexChanges } from "../host.ts";
import { loadBase, openObjectStore, publishBase, rollback, statisticsOf } from "../publish/index.ts";
import { COSTS_DEFAULT } from "../vectors/planner/plan-search.ts";
import { buildBase } from "./base.ts";
import { openBase, writeBase } from "./base-files.ts";
import { openIndex } from "./open-index.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tenon-published-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const openRecords = (options: { readonly folder: string }) => new LmdbRecords(options);
const store = () => openObjectStore(pathToFileURL(join(folder, "store")).href, {});

/** Builds, writes and publishes: what a builder does. */
async function publish(name: string, ads: readonly SampleAd[], watermark: number) {
  const own = join(folder, "builds", name);
  const { documents, embeddings } = withEmbeddings(ads);
  await writeBase(buildBase(documents, { embeddings, name, watermark, vectors: "lists" }), own, openRecords);
  const names = (await readdir(own)).filter((file) => file !== "lock.mdb");
  await publishBase(
    store(),
    {
      name,
      builtAtMs: 0,
      embeddingVersion: SAMPLE_EMBEDDING,
      schemaFingerprint: "sample",
      watermark: { position: String(watermark), feed: "" },
      statistics: statisticsOf(documents, () => true),
      files: names.map((file) => ({ name: file, path: join(own, file) })),
    },
    { gates: [] },
  );
}

/** Brings the current base here and opens it: what a server does. */
async function download(server: string) {
  const loaded = await loadBase(store(), join(folder, server));
  return openBase(loaded.folder, openRecords, { search: { costs: COSTS_DEFAULT } });
}

const served = async (index: AdIndexHost) =>
  idsOf((await searchVectors(index.current(), EVERYBODY, [1, 0, 0, 0, 0])).ids);

test("a base is built, published, loaded, changed, replaced while changes come, and gone back to", async () => {
  const changes: IndexChanges[] = [
    { upserts: [plainAd(3)], position: 1 },
    { deletes: [{ adId: adId(1), version: 2 }], position: 2 },
    { upserts: [revised(plainAd(2), 2, [9, 0, 0, 0, 0])], position: 3 },
  ];
  await publish("b1", [plainAd(1), plainAd(2)], 0);
  const first = await download("server");
  const index = openIndex(first);
  expect(await served(index)).toEqual([2, 1]);
  for (const change of changes.slice(0, 2)) index.apply(change);
  expect(await served(index)).toEqual([3, 2]);

  await publish("b2", [plainAd(2), plainAd(3)], 2);
  const second = await download("server");
  const swapping = index.swapBase(second);
  index.apply(changes[2] as IndexChanges);
  expect((await swapping).version.base).toBe("b2");
  expect(await served(index)).toEqual([2, 3]);
  expect(index.status()).toMatchObject({ position: 3, changedAds: 1, base: { watermark: 2 } });

  const { to, replayFrom } = await rollback(store(), "b1", { reason: "b2 lost its creatives" });
  expect([to, replayFrom.position]).toEqual(["b1", "0"]);
  const again = await download("server");
  await index.rollBack(again, changes);
  expect(await served(index)).toEqual([2, 3]);
  const { found, missing } = await index
    .current()
    .forwardRecords(IdColumn.from([1, 2, 3]), new AbortController().signal);
  expect([found.map(({ adId: id, version }) => [id, version]), missing]).toEqual([
    [
      [2, 2],
      [3, 1],
    ],
    [1],
  ]);
  await Promise.all([first.close(), second.close(), again.close()]);
});

test("a base that was damaged on its way is not served: the one before stays", async () => {
  await publish("b3", [plainAd(5)], 4);
  const sound = await download("other-server");
  const index = openIndex(sound);
  await publish("b4", [plainAd(6)], 5);
  const files = await readdir(join(folder, "store"), { recursive: true });
  const damaged = files
    .filter((file) => file.includes("b4") && file.includes("segment.tenon"))
    .toSorted()
    .at(-1);
  const path = join(folder, "store", damaged as string);
  const bytes = await readFile(path);
  bytes[bytes.length - 70] = (bytes[bytes.length - 70] as number) ^ 1;
  await writeFile(path, bytes);
  await expect(download("other-server")).rejects.toThrow("TENON1440");
  expect(await served(index)).toEqual([5]);
  await sound.close();
});
