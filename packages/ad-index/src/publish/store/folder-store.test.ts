import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { objectStoreContract, textAt } from "../testing/object-store-contract.ts";
import { FolderStore } from "./folder-store.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "tenon-folder-store-"));
});
afterAll(() => rm(root, { recursive: true }));

objectStoreContract("folder", () => new FolderStore(join(root, "store")));

const bytesOf = (text: string) => new TextEncoder().encode(text);

test("a write that fails half way leaves nothing that anybody sees", async () => {
  const store = new FolderStore(join(root, "half"));
  await store.putIfAbsent("a", bytesOf("one"));
  await expect(store.putIfAbsent("b", { path: join(root, "none"), bytes: 1, sha256: "" })).rejects.toThrow("TENON1443");
  expect((await store.list("")).map(({ key }) => key)).toEqual(["a"]);
  expect(await readdir(join(root, "half"))).toEqual(["a.g1"]);
});

test("what a killed writer left is not seen, and is collected once it is old", async () => {
  const folder = join(root, "killed");
  const store = new FolderStore(folder);
  await store.putIfAbsent("a", bytesOf("one"));
  await writeFile(join(folder, ".unfinished-1-old"), "tw");
  await writeFile(join(folder, ".unfinished-2-new"), "tw");
  await utimes(join(folder, ".unfinished-1-old"), 1_000, 1_000);
  expect((await store.list("")).map(({ key }) => key)).toEqual(["a"]);
  expect(await store.collectUnfinished(2_000_000)).toBe(1);
  expect((await readdir(folder)).toSorted()).toEqual([".unfinished-2-new", "a.g1"]);
});

test("a writer that slept while others wrote many times loses, although the name it wants is free again", async () => {
  const folder = join(root, "slept");
  const store = new FolderStore(folder);
  const first = (await store.putIfAbsent("a", bytesOf("0"))) ?? "";
  // A body that comes when the test says so.
  const pipe = join(root, "pipe");
  execFileSync("mkfifo", [pipe]);
  const sleeper = store.putIfMatch("a", { path: pipe, bytes: 4, sha256: "" }, first);
  await expect.poll(async () => (await readdir(folder)).some((name) => name.startsWith(".unfinished"))).toBe(true);
  let etag = first;
  for (let write = 1; write <= 20; write++) etag = (await store.putIfMatch("a", bytesOf(String(write)), etag)) ?? "";
  expect(await readdir(folder)).not.toContain("a.g2");
  await writeFile(pipe, "late");
  expect(await sleeper).toBeUndefined();
  expect(await textAt(store, "a")).toBe("20");
  expect(await readdir(folder)).toHaveLength(16);
});

test("a folder that may not be written is named", async ({ skip }) => {
  skip(process.getuid?.() === 0, "needs a user other than root");
  const folder = join(root, "closed");
  const store = new FolderStore(folder);
  await store.putIfAbsent("a", bytesOf("one"));
  await chmod(folder, 0o500);
  await expect(store.putIfAbsent("b", bytesOf("two"))).rejects.toThrow(/TENON1444 .*EACCES/);
  await chmod(folder, 0o700);
});
