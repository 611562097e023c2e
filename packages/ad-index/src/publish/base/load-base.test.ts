/** Bases as those who serve them find them. */
import { readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cachedBase, collectGarbage, listBases, loadBase, verifyBase } from "../index.ts";
import { folder, newStore, problemOf, publish, store, storeFolder } from "../testing/publish-world.ts";

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

test("without the store, the base that was loaded last and is whole is there", async () => {
  const cache = join(folder, "cache");
  expect(await cachedBase(cache)).toBeUndefined();
  for (const name of ["b1", "b2", "b3"]) {
    await publish({ name });
    await loadBase(store, cache);
    const usedAt = new Date(Date.now() - 1_000 * (9 - Number(name[1])));
    await utimes(join(cache, name), usedAt, usedAt);
  }
  expect((await cachedBase(cache))?.manifest.name).toBe("b3");
  await writeFile(join(cache, "b3/ads.segment"), "damaged");
  await rm(join(cache, "b2/manifest.json"));
  expect(await cachedBase(cache)).toMatchObject({ manifest: { name: "b1" }, folder: join(cache, "b1") });
});

test("a corrupt or missing file is refused, never kept, and the previous base is offered", async () => {
  const cache = join(folder, "cache");
  await publish({ name: "b1" });
  await publish({ name: "b2" });
  const path = join(storeFolder(), "bases/b2/files/ads.segment.g1");
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
