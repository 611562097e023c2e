import { mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock } from "@tenon/graph-testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FACTS, shopExecutor } from "../../test/small-shop.ts";
import { corpusGraphOf } from "../corpus/corpus-graph.ts";
import { readCorpus } from "../corpus/read-corpus.ts";
import { recordEntry } from "./record-entry.ts";
import { RECORDER_BOUNDS, type RecorderBounds } from "./recorder-bounds.ts";
import { type RecorderOptions, RunRecorder } from "./run-recorder.ts";

const executor = shopExecutor();
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tenon-recorder-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function recorderWith(options: Partial<RecorderOptions> & { readonly bounded?: Partial<RecorderBounds> } = {}) {
  const { bounded, ...rest } = options;
  const clock = new ManualClock(1_000);
  let versions = "1";
  const troubles: string[] = [];
  const recorder = new RunRecorder({
    folder,
    share: 1,
    header: () => ({
      name: "test",
      madeBy: "a host",
      madeAtMs: clock.nowMs(),
      graphs: [corpusGraphOf(executor)],
      bindings: {},
    }),
    versions: () => versions,
    isBusy: () => false,
    onTrouble: (message) => troubles.push(message),
    clock,
    bounds: { ...RECORDER_BOUNDS, ...bounded },
    ...rest,
  });
  const offer = (requestId: string, strata: readonly string[] = ["plain"], rare = false) =>
    recorder.offer({
      requestId,
      rare,
      strata: () => strata,
      make: () => recordEntry(executor, { wanted: { floor: 3, shop: "corner" } }, FACTS, { requestId, nowMs: 1_000 }),
    });
  /** Lets everything that waits be made. */
  const settle = async () => {
    for (let turn = 0; turn < 400; turn++) {
      clock.advance(RECORDER_BOUNDS.pauseMs);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { recorder, clock, offer, settle, troubles, change: (to: string) => (versions = to) };
}

function idsIn(path: string | undefined): readonly string[] {
  return path === undefined ? [] : [...readCorpus(path).entries()].map(({ recording }) => recording.requestId);
}

test("runs that were offered are in the file that is written when the window ends", async () => {
  const { recorder, clock, offer, settle } = recorderWith();
  offer("a");
  offer("b");
  await settle();
  expect(readdirSync(folder)).toEqual([]);
  clock.advance(RECORDER_BOUNDS.windowMs);
  const [file] = readdirSync(folder);
  expect(idsIn(join(folder, file as string))).toEqual(["a", "b"]);
  expect(recorder.counts).toMatchObject({ offered: 2, kept: 2, written: 2, filesWritten: 1 });
  await recorder.stop();
});

test("nothing is made while the answer's turn lasts, and one run after the other with a pause", async () => {
  const { recorder, clock, offer } = recorderWith();
  offer("a");
  offer("b");
  expect(recorder.counts.kept).toBe(0);
  clock.advance(0);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(recorder.counts.kept).toBe(1);
  clock.advance(RECORDER_BOUNDS.pauseMs - 1);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(recorder.counts.kept).toBe(1);
  clock.advance(1);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(recorder.counts.kept).toBe(2);
  await recorder.stop();
});

test("a stratum keeps so many and no more, each of its runs with the same chance; a rare stratum is not pushed out", async () => {
  let state = 1;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const { recorder, offer, settle } = recorderWith({
    random,
    bounded: { perStratumMax: 4, waitingMax: 1_000, pauseMs: 0 },
  });
  offer("rare", ["plain", "drop frequency_capped"]);
  for (let at = 0; at < 200; at++) offer(`r${at}`);
  await settle();
  const path = recorder.write();
  const ids = idsIn(path);
  expect(ids).toContain("rare");
  expect(ids.length).toBeLessThanOrEqual(5);
  expect(ids.length).toBeGreaterThanOrEqual(4);
  // Late runs stand as good a chance as early ones.
  expect(ids.some((id) => Number(id.slice(1)) > 100)).toBe(true);
  expect(recorder.counts.replaced).toBeGreaterThan(0);
  expect(recorder.counts.notDrawn).toBeGreaterThan(100);
  await recorder.stop();
});

test("a share leaves plain runs out, never rare ones", async () => {
  const { recorder, offer, settle } = recorderWith({ share: 0 });
  offer("plain");
  offer("failed", ["failed"], true);
  await settle();
  expect(idsIn(recorder.write())).toEqual(["failed"]);
  expect(recorder.counts).toMatchObject({ offered: 2, outsideShare: 1 });
  await recorder.stop();
});

test("a busy host and a full queue leave runs out, and count them", async () => {
  let busy = true;
  const { recorder, offer } = recorderWith({ isBusy: () => busy, bounded: { waitingMax: 2 } });
  offer("a");
  busy = false;
  for (const id of ["b", "c", "d", "e"]) offer(id);
  expect(recorder.counts).toMatchObject({ offered: 5, shedBusy: 1, shedWaiting: 2 });
  await recorder.stop();
});

test("a file ends where its bounds or its versions end", async () => {
  const { recorder, offer, settle, change } = recorderWith({ bounded: { entriesMax: 2 } });
  for (const id of ["a", "b", "c"]) offer(id);
  await settle();
  expect(recorder.counts.filesWritten).toBe(1);
  change("2");
  offer("d");
  expect(recorder.counts.filesWritten).toBe(2);
  await settle();
  recorder.write();
  expect(
    readdirSync(folder)
      .sort()
      .map((name) => idsIn(join(folder, name))),
  ).toEqual([["a", "b"], ["c"], ["d"]]);
  await recorder.stop();
});

test("of many files the oldest go", async () => {
  const { recorder, clock, offer, settle } = recorderWith({ bounded: { filesMax: 2 } });
  for (const id of ["a", "b", "c"]) {
    offer(id);
    await settle();
    recorder.write();
    clock.advance(10);
  }
  expect(
    readdirSync(folder)
      .sort()
      .map((name) => idsIn(join(folder, name))),
  ).toEqual([["b"], ["c"]]);
  expect(recorder.counts.filesRemoved).toBe(1);
  await recorder.stop();
});

test("a run that cannot be made, and a disk that refuses, are told and counted; nothing else happens", async () => {
  const { recorder, settle, troubles, offer } = recorderWith({ folder: "/dev/null/runs" });
  recorder.offer({ requestId: "x", rare: false, strata: () => ["plain"], make: () => Promise.reject(new Error("no")) });
  offer("a");
  await settle();
  expect(recorder.write()).toBeUndefined();
  expect(recorder.counts).toMatchObject({ failed: 1, filesFailed: 1, lost: 1, written: 0 });
  expect(troubles).toEqual(["a run cannot be recorded", "recorded runs cannot be written"]);
  await recorder.stop();
});

test("what a disk that is full has taken of a file is removed, and the next window is written", async () => {
  const { recorder, offer, settle, troubles } = recorderWith();
  const path = join(folder, "1970-01-01T00-00-01-000Z-0.runs");
  // Whatever is written there is refused for want of room.
  symlinkSync("/dev/full", `${path}.unfinished`);
  offer("a");
  await settle();
  expect(recorder.write()).toBeUndefined();
  expect(troubles).toEqual(["recorded runs cannot be written"]);
  expect(readdirSync(folder)).toEqual([]);
  offer("b");
  await settle();
  expect(idsIn(recorder.write())).toEqual(["b"]);
  expect(recorder.counts).toMatchObject({ lost: 1, written: 1, filesFailed: 1, filesWritten: 1 });
  await recorder.stop();
});

test("what a process that died left unfinished is removed with the next file, and what another writes now is not", async () => {
  const { recorder, clock, offer, settle } = recorderWith();
  const [dead, busy] = ["1969-a.runs.unfinished", "1970-b.runs.unfinished"];
  for (const name of [dead, busy]) writeFileSync(join(folder, name), "TENONRUN");
  offer("a");
  await settle();
  for (const [name, agoMs] of [
    [dead, 61_000],
    [busy, 59_000],
  ] as const) {
    const atS = (clock.nowMs() - agoMs) / 1_000;
    utimesSync(join(folder, name), atS, atS);
  }
  expect(idsIn(recorder.write())).toEqual(["a"]);
  expect(readdirSync(folder).filter((name) => name.endsWith(".unfinished"))).toEqual([busy]);
  expect(recorder.counts.filesRemoved).toBe(1);
  await recorder.stop();
});
