/** What becomes of published bases: which are kept, gone back to, and deleted. */
import { expect, test } from "vitest";
import { collectGarbage, listBases, publishBase, readCatalogue, rollback } from "../index.ts";
import {
  DAY_MS,
  folder,
  newStore,
  nowMs,
  options,
  passMs,
  problemOf,
  publish,
  STEPS_MAX,
  sameStore,
  store,
  wholeBases,
} from "../testing/publish-world.ts";
import { Died, DyingStore, sampleBuild } from "../testing/sample-build.ts";

for (const when of ["before", "after"] as const) {
  test(`a collector that dies ${when} any step deletes nothing that is needed, and the next one finishes`, {
    timeout: 120_000,
  }, async () => {
    for (let at = 1; at < STEPS_MAX; at++) {
      newStore();
      for (const name of ["b1", "b2", "b3"]) await publish({ name });
      // A dead publisher's files.
      await publish({ name: "lost" }, new DyingStore(store, { at: 8, when: "after" })).catch(() => undefined);
      await rollback(store, "b1", { reason: "b3 is bad", nowMs });
      const later = { basesKept: 2, nowMs: () => nowMs() + 2 * DAY_MS };
      const dying = new DyingStore(store, { at, when });
      const died = await collectGarbage(dying, later).then(
        () => false,
        (error: unknown) => error instanceof Died,
      );
      expect([died, (await wholeBases()).slice(0, 1), (await readCatalogue(store)).current]).toEqual([
        died,
        ["b3"],
        "b1",
      ]);
      await collectGarbage(store, later);
      expect(await wholeBases()).toEqual(["b3", "b1"]);
      const names = new Set((await store.list("bases/")).map(({ key }) => key.split("/")[1]));
      expect([...names]).toEqual(["b1", "b3"]);
      expect((await collectGarbage(store, later)).bases).toEqual([]);
      expect((await readCatalogue(store)).collecting).toEqual([]);
      if (!died) {
        expect(at).toBeGreaterThan(8);
        return;
      }
    }
    throw new Error("never done");
  });
}

test("going back swaps the base, says what to replay, and what history has to be kept", async () => {
  await publish({ name: "b1", watermark: { position: "9", feed: "at 9" } });
  await publish({ name: "b2", watermark: { position: "10", feed: "at 10" } });
  const back = await rollback(store, "b1", { reason: "bad bids", nowMs });
  expect(back).toMatchObject({ from: "b2", to: "b1", replayFrom: { position: "9", feed: "at 9" } });
  const { bases, history, historyNeededFrom } = await listBases(store);
  expect(bases.map(({ manifest, isCurrent }) => [manifest.name, isCurrent])).toEqual([
    ["b2", false],
    ["b1", true],
  ]);
  expect(history.map(({ base, by, reason }) => [base, by, reason])).toEqual([
    ["b1", "rollback", "bad bids"],
    ["b2", "publish", undefined],
    ["b1", "publish", undefined],
  ]);
  expect(historyNeededFrom).toEqual({ position: "9", feed: "at 9" });
  const unknown = await problemOf(rollback(store, "b9", { reason: "?" }));
  expect([unknown.code, unknown.detail]).toEqual(["TENON1438", "expected one of b2, b1"]);
  // Forward again is the same thing.
  expect(await rollback(store, "b2", { reason: "mended", nowMs })).toMatchObject({ from: "b1", to: "b2" });
});

test("nobody goes back to a base that is not whole, or to one that is just being deleted", async () => {
  for (const name of ["b1", "b2", "b3"]) await publish({ name });
  await store.delete("bases/b1/files/ads.segment");
  expect(await problemOf(rollback(store, "b1", { reason: "?" }))).toMatchObject({
    code: "TENON1440",
    detail: expect.stringContaining("found nothing"),
  });
  // The collector is faster: between the look at the files and the swap, the base leaves the catalogue.
  const { get } = store;
  let looks = 0;
  const slow = sameStore();
  slow.get = async (key) => {
    if (key === "CURRENT" && ++looks === 2) await collectGarbage(store, { basesKept: 2, nowMs });
    return get.call(slow, key);
  };
  await publish({ name: "b4" });
  expect((await problemOf(rollback(slow, "b2", { reason: "?" }))).code).toBe("TENON1438");
  expect((await readCatalogue(store)).current).toBe("b4");
});

test("kept bases are bounded; the current one stays, however old it is", async () => {
  for (let base = 1; base <= 7; base++) await publish({ name: `b${base}` });
  const { bases, objects } = await collectGarbage(store, { nowMs });
  expect([bases, objects]).toEqual([["b1", "b2"], 6]);
  await rollback(store, "b3", { reason: "?", nowMs });
  expect((await collectGarbage(store, { basesKept: 0, nowMs })).bases).toEqual(["b4", "b5", "b6"]);
  expect(await wholeBases()).toEqual(["b7", "b3"]);
});

test("a publisher under way is not collected; one that was announced too long ago is, and then loses", async () => {
  await publish({ name: "b1" });
  let duringMs = 0;
  const gate = async () => {
    await collectGarbage(store, { leftoverKeptMs: 3_600_000, nowMs: () => nowMs() + duringMs });
    return [];
  };
  const build = async (name: string) =>
    publishBase(store, await sampleBuild(folder, { name }), { ...options, gates: [gate] });
  duringMs = 3_000_000;
  await build("b2");
  expect(await wholeBases()).toEqual(["b2", "b1"]);
  duringMs = 2 * DAY_MS;
  expect((await problemOf(build("b3"))).code).toBe("TENON1436");
  expect(await wholeBases()).toEqual(["b2", "b1"]);
});

test("files that a dead publisher left long ago are safe from the moment on in which somebody goes on with them", async () => {
  await publish({ name: "b1" });
  await publish({ name: "b2" }, new DyingStore(store, { at: 7, when: "after" })).catch(() => undefined);
  expect(await store.list("bases/b2/")).toHaveLength(2);
  passMs(2 * DAY_MS);
  const gate = async () => {
    expect((await collectGarbage(store, { nowMs })).bases).toEqual([]);
    return [];
  };
  await publishBase(store, await sampleBuild(folder, { name: "b2" }), { ...options, gates: [gate] });
  expect(await wholeBases()).toEqual(["b2", "b1"]);
});
