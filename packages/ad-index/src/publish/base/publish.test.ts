import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listBases, loadBase, publishBase, readBuild, readCatalogue, writeBuild } from "../index.ts";
import {
  folder,
  newStore,
  nowMs,
  options,
  problemOf,
  publish,
  STEPS_MAX,
  store,
  wholeBases,
} from "../testing/publish-world.ts";
import { Died, DyingStore, sampleBuild } from "../testing/sample-build.ts";
import { changeCatalogue } from "./catalogue.ts";

test("a published base is loaded elsewhere, with what its manifest says", async () => {
  const { manifest } = await publish({ name: "b1" });
  const loaded = await loadBase(store, join(folder, "cache"));
  expect(loaded.manifest).toEqual(manifest);
  expect(await readFile(loaded.paths["ads.segment"] ?? "", "utf8")).toBe("ads of b1");
  expect(manifest).toMatchObject({
    ...{ name: "b1", embeddingVersion: "text-32", schemaFingerprint: "schema-1", builtAtMs: 1_000 },
    watermark: { position: "10", feed: "at 10" },
    statistics: { documentCount: 100 },
    files: [
      { name: "ads.segment", bytes: 9 },
      { name: "words.txt", bytes: 5 },
    ],
  });
  expect(manifest.gates.map(({ id, ok }) => [id, ok])).toContainEqual(["coverage of title", true]);
  expect(manifest).not.toHaveProperty("forced");
});

test("gates that fail are all named, nothing is swapped, and a reason overrides them for everybody to read", async () => {
  await publish({ name: "b1" });
  const bad = {
    ...{ name: "b2", documentCount: 10, watermark: { position: "9", feed: "at 9" } },
    statistics: { documentCount: 10, withoutVector: 5, nulls: { title: 5, body: 5 } },
  };
  const problem = await problemOf(publish(bad));
  expect(problem.code).toBe("TENON1435");
  for (const id of ["document-count-least", "null-rise", "coverage of title", "without-vector", "watermark-behind"]) {
    expect(problem.detail).toContain(`${id}: `);
  }
  expect(problem.detail).toContain('column "title" is empty in 50.00 % of documents, before in 0.00 %');
  expect((await readCatalogue(store)).current).toBe("b1");
  expect((await readCatalogue(store)).publishing).toEqual([]);

  const force = { reason: "half of the advertisers have left" };
  const { manifest } = await publishBase(store, await sampleBuild(folder, bad), { ...options, force });
  expect(manifest.forced).toEqual(force);
  expect(manifest.gates.filter(({ ok }) => !ok)).toHaveLength(5);
  const { bases, history } = await listBases(store);
  expect(bases[0]?.manifest.forced).toEqual(force);
  expect(history[0]).toEqual({ base: "b2", atMs: nowMs(), by: "publish", ...force });
  // A reason without need leaves no mark.
  const sound = await publishBase(store, await sampleBuild(folder, { name: "b3", documentCount: 10 }), {
    ...options,
    force,
  });
  expect(sound.manifest).not.toHaveProperty("forced");
});

for (const when of ["before", "after"] as const) {
  test(`a publisher that dies ${when} any step leaves the old base or the new one, whole, and the next one goes on`, {
    timeout: 120_000,
  }, async () => {
    const seen = new Set<string | null>();
    for (let at = 1; at < STEPS_MAX; at++) {
      newStore();
      await publish({ name: "b1" });
      const dying = new DyingStore(store, { at, when });
      const died = await publish({ name: "b2" }, dying).then(
        () => false,
        (error: unknown) => error instanceof Died,
      );
      const bases = await wholeBases();
      const { current } = await readCatalogue(store);
      seen.add(current);
      expect(bases).toEqual(current === "b2" ? ["b2", "b1"] : ["b1"]);
      expect((await loadBase(store, join(folder, "cache"))).manifest.name).toBe(current);
      if (!died) {
        expect([current, at > 10, [...seen]]).toEqual(["b2", true, ["b1", "b2"]]);
        return;
      }
      if (current === "b1") await publish({ name: "b2" });
      expect(await wholeBases()).toEqual(["b2", "b1"]);
    }
    throw new Error("never done");
  });
}

test("of two publishers at once one wins, and the other is told by whom it was beaten", async () => {
  for (let round = 0; round < 5; round++) {
    newStore();
    await publish({ name: "b0" });
    const [one, other] = await Promise.allSettled([publish({ name: "b1" }), publish({ name: "b2" })]);
    const lost = [one, other].filter(({ status }) => status === "rejected") as PromiseRejectedResult[];
    expect(lost).toHaveLength(1);
    const { current, publishing } = await readCatalogue(store);
    expect(lost[0]?.reason).toMatchObject({
      code: "TENON1436",
      detail: `expected current base "b0", found current base "${current}"`,
    });
    expect([await wholeBases(), publishing]).toEqual([[current, "b0"], []]);
  }
});

test("one build published twice at once is one base", async () => {
  const build = await sampleBuild(folder, { name: "b1" });
  const done = await Promise.allSettled([publishBase(store, build, options), publishBase(store, build, options)]);
  const lost = done.filter(({ status }) => status === "rejected") as PromiseRejectedResult[];
  expect(lost).toHaveLength(1);
  expect(["TENON1436", "TENON1437"]).toContain(lost[0]?.reason.code);
  expect(await wholeBases()).toEqual(["b1"]);
});

test("a name is used once: for what is published, for other content, while it is being deleted", async () => {
  await publish({ name: "b1" });
  expect((await problemOf(publish({ name: "b1" }))).code).toBe("TENON1437");
  await publish({ name: "b2" }, new DyingStore(store, { at: 5, when: "after" })).catch(() => undefined);
  const other = await problemOf(publish({ name: "b2", contents: { "ads.segment": "other ads" } }));
  expect([other.code, other.message]).toEqual(["TENON1437", expect.stringContaining('"ads.segment"')]);
  await changeCatalogue(store, (now) => ({ ...now, collecting: ["b3"] }));
  expect((await problemOf(publish({ name: "b3" }))).code).toBe("TENON1437");
});

test("a file that the store gives back different is not published", async () => {
  const { get } = store;
  store.get = async (key) => {
    const stored = await get.call(store, key);
    if (!key.endsWith("ads.segment") || stored === undefined) return stored;
    return {
      ...stored,
      chunks: (async function* () {
        yield new TextEncoder().encode("ads of b?");
      })(),
    };
  };
  expect((await problemOf(publish({ name: "b1" }))).code).toBe("TENON1440");
  expect((await readCatalogue(store)).current).toBeNull();
});

test("a build describes itself in its folder; what is no build is refused", async () => {
  const build = await sampleBuild(folder, { name: "b1" });
  const own = join(folder, "build-b1");
  await writeBuild(own, build);
  expect(await readBuild(own)).toEqual(build);
  expect((await problemOf(readBuild(folder))).code).toBe("TENON1442");
  const none = join(folder, "none");
  const wrong: Partial<typeof build>[] = [
    { name: "../b" },
    { files: [] },
    { files: [...build.files, ...build.files] },
    { files: [{ name: "../x", path: build.files[0]?.path ?? "" }] },
    { files: [{ name: "x", path: none }] },
    { watermark: { position: "-1", feed: "" } },
    { embeddingVersion: "" },
    { builtAtMs: Number.NaN },
  ];
  for (const over of wrong) {
    expect((await problemOf(publishBase(store, { ...build, ...over }, options))).code).toBe("TENON1442");
  }
  expect(await store.list("")).toEqual([]);
});
