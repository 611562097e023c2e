import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GraphError } from "@tenon/graph-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  collectGarbage,
  FolderStore,
  listBases,
  loadBase,
  type ObjectStore,
  publishBase,
  readBuild,
  readCatalogue,
  rollback,
  verifyBase,
  writeBuild,
} from "../index.ts";
import { Died, DyingStore, GATES, type SampleBuild, sampleBuild } from "../testing/sample-build.ts";
import { changeCatalogue } from "./catalogue.ts";

const DAY_MS = 86_400_000;
/** More steps than anything here takes. */
const STEPS_MAX = 100;

let folder: string;
let store: ObjectStore;
let atMs: number;
let stores = 0;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tenon-publish-"));
  newStore();
  atMs = Date.now();
});
afterEach(() => rm(folder, { recursive: true }));

function newStore(): void {
  store = new FolderStore(join(folder, `store-${++stores}`));
}

const nowMs = () => atMs;
const options = { gates: GATES, nowMs: () => atMs };

async function publish(build: SampleBuild, into = store) {
  return publishBase(into, await sampleBuild(folder, build), options);
}

async function problemOf(work: Promise<unknown>): Promise<GraphError> {
  const problem = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (problem instanceof GraphError) return problem;
  throw new Error(`expected a GraphError, found ${String(problem)}`);
}

/** Names of the bases that may be gone back to, newest first, each read and found whole; the current one must be among them. */
async function wholeBases(): Promise<readonly string[]> {
  const { bases } = await listBases(store);
  for (const { manifest } of bases) expect((await verifyBase(store, manifest.name)).problems).toEqual([]);
  const { current } = await readCatalogue(store);
  expect(bases.filter(({ isCurrent }) => isCurrent).map(({ manifest }) => manifest.name)).toEqual(
    current === null ? [] : [current],
  );
  return bases.map(({ manifest }) => manifest.name);
}

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
  expect(history[0]).toEqual({ base: "b2", atMs, by: "publish", ...force });
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

  test(`a collector that dies ${when} any step deletes nothing that is needed, and the next one finishes`, {
    timeout: 120_000,
  }, async () => {
    for (let at = 1; at < STEPS_MAX; at++) {
      newStore();
      for (const name of ["b1", "b2", "b3"]) await publish({ name });
      // A dead publisher's files.
      await publish({ name: "lost" }, new DyingStore(store, { at: 8, when: "after" })).catch(() => undefined);
      await rollback(store, "b1", { reason: "b3 is bad", nowMs });
      const later = { basesKept: 2, nowMs: () => atMs + 2 * DAY_MS };
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
  const slow = new FolderStore(join(folder, `store-${stores}`));
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
    await collectGarbage(store, { leftoverKeptMs: 3_600_000, nowMs: () => atMs + duringMs });
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
  atMs += 2 * DAY_MS;
  const gate = async () => {
    expect((await collectGarbage(store, { nowMs })).bases).toEqual([]);
    return [];
  };
  await publishBase(store, await sampleBuild(folder, { name: "b2" }), { ...options, gates: [gate] });
  expect(await wholeBases()).toEqual(["b2", "b1"]);
});

test("loading downloads what is missing only, and checks what it has", async () => {
  const cache = join(folder, "cache");
  const words = "w".repeat(1_000);
  await publish({ name: "b1", contents: { "ads.segment": "one", "words.txt": words } });
  expect((await loadBase(store, cache)).downloadedBytes).toBe(1_003);
  expect((await loadBase(store, cache)).downloadedBytes).toBe(0);
  await publish({ name: "b2", contents: { "ads.segment": "two", "words.txt": words } });
  const second = await loadBase(store, cache);
  expect([second.downloadedBytes, second.previous]).toEqual([3, "b1"]);
  await writeFile(second.paths["ads.segment"] ?? "", "twö");
  expect((await loadBase(store, cache)).downloadedBytes).toBe(3);
  expect(await readFile(second.paths["ads.segment"] ?? "", "utf8")).toBe("two");
  expect((await loadBase(store, cache, { base: "b1" })).downloadedBytes).toBe(0);
});

test("a cache keeps the bases loaded last", async () => {
  const cache = join(folder, "cache");
  for (let base = 1; base <= 5; base++) {
    await publish({ name: `b${base}` });
    await loadBase(store, cache);
  }
  expect((await readdir(cache)).toSorted()).toEqual(["b3", "b4", "b5"]);
});

test("a corrupt or missing file is refused, never kept, and the previous base is offered", async () => {
  const cache = join(folder, "cache");
  await publish({ name: "b1" });
  await publish({ name: "b2" });
  const path = join(folder, `store-${stores}`, "bases/b2/files/ads.segment.g1");
  await writeFile(path, "ads of b3");
  const corrupt = await problemOf(loadBase(store, cache));
  expect(corrupt).toMatchObject({ code: "TENON1440", hint: expect.stringContaining('load base "b1" instead') });
  expect((await verifyBase(store)).problems.map(({ file }) => file)).toEqual(["ads.segment"]);
  expect((await readdir(join(cache, "b2"))).filter((name) => name.startsWith("ads"))).toEqual([]);
  await store.delete("bases/b2/files/ads.segment");
  expect((await problemOf(loadBase(store, cache))).detail).toContain("found nothing");
  expect((await loadBase(store, cache, { base: "b1" })).manifest.name).toBe("b1");
  const [manifest = ""] = (await store.list("bases/b2/manifest")).map(({ key }) => key);
  await store.delete(manifest);
  expect(await problemOf(loadBase(store, cache))).toMatchObject({
    code: "TENON1440",
    hint: expect.stringContaining('"b1"'),
  });
});

test("what is not there, or not ours, is said", async () => {
  expect((await problemOf(loadBase(store, join(folder, "cache")))).code).toBe("TENON1439");
  expect(await listBases(store)).toEqual({ bases: [], publishing: [], history: [], historyNeededFrom: undefined });
  expect(await collectGarbage(store)).toMatchObject({ bases: [], objects: 0 });
  for (const [text, says] of [
    ["{", "no JSON"],
    ["3", "no object"],
    ['{"format":2}', "format 2"],
  ]) {
    newStore();
    await store.putIfAbsent("CURRENT", new TextEncoder().encode(text));
    const problem = await problemOf(loadBase(store, folder));
    expect([problem.code, problem.message]).toEqual(["TENON1441", expect.stringContaining(says ?? "")]);
  }
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
