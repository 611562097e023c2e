import { mkdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { loadBase } from "../index.ts";
import { sha256Of } from "../store/body.ts";
import { DAY_MS, folder, publish, store } from "../testing/publish-world.ts";
import { CheckedFiles, type FileState, stateOf } from "./checked-files.ts";

const SHA256 = sha256Of(new TextEncoder().encode("one"));
/** A whole second: it can be set again to the nanosecond. */
const WRITTEN_AT = new Date(1_700_000_000_000);
let path: string;
/** Well after the file was written, as far as the file system can tell. */
let checkedAtMs: number;

beforeEach(async () => {
  path = join(folder, "ads.segment");
  await writeFile(path, "one");
  await utimes(path, WRITTEN_AT, WRITTEN_AT);
  checkedAtMs = Date.now() + 1_000;
  const checks = await CheckedFiles.of(folder, () => checkedAtMs);
  checks.checked("ads.segment", SHA256, (await stateOf(path)) as FileState);
  await checks.keep();
});

const isChecked = async (afterMs: number, sha256 = SHA256) =>
  (await CheckedFiles.of(folder, () => checkedAtMs + afterMs)).isChecked("ads.segment", sha256);

test("a check counts for a day, for its digest, and not in the past", async () => {
  expect(await isChecked(0)).toBe(true);
  expect(await isChecked(DAY_MS - 1)).toBe(true);
  expect(await isChecked(DAY_MS)).toBe(false);
  expect(await isChecked(-1)).toBe(false);
  expect(await isChecked(0, sha256Of(new Uint8Array(1)))).toBe(false);
});

test("a file that was written to is checked again, also when size and time of writing are as before", async () => {
  await writeFile(path, "two");
  await utimes(path, WRITTEN_AT, WRITTEN_AT);
  expect(await isChecked(0)).toBe(false);
});

test("a check within one tick of the file system's clock does not count", async () => {
  const state = (await stateOf(path)) as FileState;
  const checks = await CheckedFiles.of(folder, () => state.changedAtMs + 10);
  checks.checked("ads.segment", SHA256, state);
  expect(await checks.isChecked("ads.segment", SHA256)).toBe(false);
});

test.each(["", "3", "{}", "[1]"])("what is kept as %j is nothing", async (text) => {
  await writeFile(join(folder, "checked.json"), text);
  expect(await isChecked(0)).toBe(false);
});

test("loading believes a check for a day, and finds the damage afterwards", async () => {
  const cache = join(folder, "cache");
  await mkdir(join(cache, "b1"), { recursive: true });
  await publish({ name: "b1", contents: { "ads.segment": "one" } });
  const cached = join(cache, "b1/ads.segment");
  await writeFile(cached, "two");
  const checks = await CheckedFiles.of(join(cache, "b1"), () => checkedAtMs);
  checks.checked("ads.segment", SHA256, (await stateOf(cached)) as FileState);
  await checks.keep();
  expect((await loadBase(store, cache, { nowMs: () => checkedAtMs })).downloadedBytes).toBe(0);
  expect(await readFile(cached, "utf8")).toBe("two");
  expect((await loadBase(store, cache, { nowMs: () => checkedAtMs + DAY_MS })).downloadedBytes).toBe(3);
  expect(await readFile(cached, "utf8")).toBe("one");
});
