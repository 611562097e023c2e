/** New bases and going back, beside requests that hold the old one. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rollback } from "@tenon/ad-index/publish";
import type { AdDocument } from "@tenon/ads-model";
import { GraphError, IdColumn } from "@tenon/graph-core";
import { IndexDeltas } from "@tenon/nodes";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ADS_AT_FIRST, PipelineWorld, removal, revised, upsert } from "../../test/pipeline-world.ts";
import type { IndexFeed } from "./index-feed.ts";

const [A, B, C] = ADS_AT_FIRST as [AdDocument, AdDocument, AdDocument];

let world: PipelineWorld;
beforeEach(async () => {
  world = await PipelineWorld.begin();
});
afterEach(() => world.end());

const never = new AbortController().signal;
const titlesOf = async ({ index }: Pick<IndexFeed, "index">, ads: readonly AdDocument[] = [A, B, C]) => {
  const { found } = await index.current().forwardRecords(IdColumn.from(ads.map(({ adId }) => adId)), never);
  return found.map(({ title }) => title);
};
const titled = (ad: AdDocument, version: number, title: string) => revised(ad, version, { title });

test("a request keeps the base it began with until it ends, and only then is that closed", async () => {
  await world.publish("b1", [titled(A, 1, "one")], 0);
  const feed = await world.started();
  const held = feed.index.current();
  const leave = feed.requests.enter();
  const ids = IdColumn.from([A.adId]);
  const records = async () => (await held.forwardRecords(ids, never)).found.map(({ title }) => title);

  await world.publish("b2", [titled(A, 2, "two")], 0);
  await world.until(feed.bases.look());
  expect(await titlesOf(feed)).toEqual(["two"]);
  // As long as a request may take, the records of the old base are there.
  for (let turn = 0; turn < 50; turn++) expect(await records()).toEqual(["one"]);
  leave();
  let isClosed = false;
  for (let turn = 0; turn < 1_000 && !isClosed; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    isClosed = await records().then(
      () => false,
      () => true,
    );
  }
  expect(isClosed).toBe(true);
  expect(await titlesOf(feed)).toEqual(["two"]);
});

test("deltas and requests go on while a base is brought here and swapped in", async () => {
  await world.publish("b1", ADS_AT_FIRST, 0);
  const feed = await world.started();
  await world.publish("b2", ADS_AT_FIRST, 0);
  const looking = feed.bases.look();
  let swapped = false;
  void looking.then(() => {
    swapped = true;
  });
  let answered = 0;
  for (let version = 2; !swapped; version++) {
    await world.deltas(upsert(titled(A, version, `at ${version}`)));
    await world.caughtUp(feed);
    // Each request sees the change that was applied before it began, whichever base it meets.
    expect(await titlesOf(feed, [A])).toEqual([`at ${version}`]);
    answered++;
  }
  await looking;
  expect(answered).toBeGreaterThan(1);
  expect(feed.bases.served).toMatchObject({ name: "b2", by: "swap" });
});

test("going back takes away what only the newer base brought, and keeps every delta", async () => {
  await world.publish("b1", [titled(A, 1, "one"), titled(B, 1, "one")], 0);
  const feed = await world.started();
  await world.deltas(upsert(titled(A, 2, "delta")), upsert(titled(C, 1, "delta")), removal(C, 2));
  await world.caughtUp(feed);
  await world.publish("b2", [titled(A, 2, "delta"), titled(B, 9, "bad")], 3);
  await world.until(feed.bases.look());
  await world.deltas(upsert(titled(C, 3, "after")));
  await world.caughtUp(feed);
  expect(await titlesOf(feed)).toEqual(["delta", "bad", "after"]);

  await rollback(world.store, "b1", { reason: "a bad title" });
  await world.until(feed.bases.look());
  expect(feed.bases.served).toMatchObject({ name: "b1", by: "rollback" });
  expect(await titlesOf(feed)).toEqual(["delta", "one", "after"]);
  // The feed goes on where it was, and so does the index's position.
  expect(feed.index.status().position).toBe(4);
  await world.deltas(upsert(titled(B, 2, "mended")));
  await world.caughtUp(feed);
  expect(await titlesOf(feed)).toEqual(["delta", "mended", "after"]);
});

test("going back without the deltas for it is refused by name, and the served base stays", async () => {
  await world.publish("b1", [titled(A, 1, "one")], 0);
  const feed = await world.started();
  await world.deltas(upsert(titled(A, 2, "two")), upsert(titled(A, 3, "three")));
  await world.caughtUp(feed);
  await world.publish("b2", [titled(A, 3, "three"), titled(B, 1, "one")], 2);
  await world.until(feed.bases.look());
  await world.writer.trim({ topic: IndexDeltas.name, partition: 0 }, 1);
  await rollback(world.store, "b1", { reason: "to see" });
  await world.until(feed.bases.look());
  expect(feed.status()).toMatchObject({
    state: "live",
    base: { name: "b2" },
    baseProblem: expect.stringMatching(/TENON1624 base "b1" cannot be gone back to/),
  });
  expect(await titlesOf(feed)).toEqual(["three", "one"]);
  expect(world.troubles.filter((trouble) => trouble.includes("TENON1624"))).toHaveLength(1);
});

test("a damaged base, and one of another vector space, change nothing; the next good one is served", async () => {
  await world.publish("b1", [titled(A, 1, "one")], 0);
  const feed = await world.started();
  await world.publish("b2", [titled(A, 2, "two")], 0);
  const files = await readdir(join(world.folder, "store"), { recursive: true });
  const segment = files
    .filter((file) => file.includes("b2") && file.includes("segment.tenon"))
    .sort()
    .at(-1);
  const path = join(world.folder, "store", segment as string);
  const bytes = await readFile(path);
  bytes[bytes.length - 70] = (bytes[bytes.length - 70] as number) ^ 1;
  await writeFile(path, bytes);
  await world.until(feed.bases.look());
  expect(feed.status()).toMatchObject({ base: { name: "b1" }, baseProblem: expect.stringContaining("TENON1440") });

  await world.publish("b3", [titled(A, 3, "three")], 0, "another-space");
  await world.until(feed.bases.look());
  expect(feed.status()).toMatchObject({ base: { name: "b1" }, baseProblem: expect.stringContaining("TENON1626") });
  expect(await titlesOf(feed)).toEqual(["one"]);

  await world.publish("b4", [titled(A, 4, "four")], 0);
  await world.until(feed.bases.look());
  expect(feed.status()).toMatchObject({ base: { name: "b4" }, baseProblem: null });
  expect(await titlesOf(feed)).toEqual(["four"]);
});

test("a new base is found by looking every pollMs, not before", async () => {
  await world.publish("b1", [titled(A, 1, "one")], 0);
  const feed = await world.started({ pollMs: 60_000 });
  await world.publish("b2", [titled(A, 2, "two")], 0);
  await world.clock.runFor(59_000);
  expect(feed.bases.served).toMatchObject({ name: "b1" });
  await world.clock.runFor(1_000);
  await world.pass(() => feed.bases.served?.name === "b2");
  expect(await titlesOf(feed)).toEqual(["two"]);
});

test("a start fails with what the store fails with: there is nothing to keep", async () => {
  await world.publish("b1", [A], 0, "another-space");
  const feed = world.feed();
  await expect(world.until(feed.start())).rejects.toMatchObject({ code: "TENON1626" });
});

/** A store that can be away. */
function storeOf(own: PipelineWorld["store"]) {
  const state = { isAway: false };
  const store = new Proxy(own, {
    get: (target, name) => {
      const member = Reflect.get(target, name, target) as unknown;
      if (typeof member !== "function") return member;
      return async (...given: unknown[]) => {
        if (!state.isAway) return member.apply(target, given);
        throw new GraphError("the store failed: nobody answers", { code: "TENON1443", category: "resource" });
      };
    },
  });
  return { state, store };
}

test("a host whose store is away starts from its cached base, says so, and takes the newer one when the store is back", async () => {
  const cacheFolder = join(world.folder, "kept-cache");
  const { state, store } = storeOf(world.store);
  await world.publish("b1", [titled(A, 1, "one")], 0);
  const first = await world.started({ cacheFolder, store });
  expect(first.status().base).toMatchObject({ name: "b1", by: "start" });
  await world.until(first.stop());
  await world.publish("b2", [titled(A, 2, "two")], 0);
  state.isAway = true;

  const feed = await world.started({ cacheFolder, store });
  expect(feed.status()).toMatchObject({
    base: { name: "b1", by: "cache" },
    baseProblem: expect.stringContaining("the store failed: nobody answers"),
  });
  expect(await titlesOf(feed)).toEqual(["one"]);
  expect(world.troubles.at(-1)).toContain('the object store is away: base "b1" of the cache serves');
  // Deltas are followed from the cached base's watermark on.
  await world.deltas(upsert(titled(A, 3, "three")));
  await world.caughtUp(feed);
  expect(await titlesOf(feed)).toEqual(["three"]);

  state.isAway = false;
  await world.until(feed.bases.look());
  expect(feed.status()).toMatchObject({ base: { name: "b2", by: "swap" }, baseProblem: null });
  expect(await titlesOf(feed)).toEqual(["three"]);
});

test("a host whose store is away, and whose cache is empty, does not start", async () => {
  const { state, store } = storeOf(world.store);
  await world.publish("b1", [titled(A, 1, "one")], 0);
  state.isAway = true;
  await expect(world.started({ store })).rejects.toMatchObject({ code: "TENON1443" });
});
