import { spawn } from "node:child_process";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ManualClock, promiseByHand, settle } from "@tenon/graph-testkit";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type ScratchFolder, scratchFolder } from "../../test/scratch-folder.ts";
import { type AppendSink, RecordKind } from "./append-sink.ts";
import { segmentPath, segmentsOf } from "./log-folder.ts";
import { openSegmentFiles, type SegmentFileOptions } from "./segment-file-sink.ts";
import { decodeSegment, type SegmentHeader } from "./segment-format.ts";

let scratch: ScratchFolder;
beforeEach(() => {
  scratch = scratchFolder();
});
afterEach(() => scratch.remove());

const HEADER: SegmentHeader = {
  graph: "g",
  planHash: "p",
  topologyHash: "t",
  slots: {},
  featureSchemas: {},
  versions: {},
  createdAtMs: 0,
};

function openSink(change: Partial<SegmentFileOptions> = {}): AppendSink {
  return openSegmentFiles({
    folder: scratch.folder,
    header: () => HEADER,
    fsync: "never",
    segmentBytesMax: 10_000,
    bufferBytesMax: 10_000,
    keepBytesMax: 2 ** 40,
    ...change,
  });
}

const text = (content: string) => ({ kind: RecordKind.adEvent, payload: Buffer.from(content) });

function contents(): readonly string[] {
  return segmentsOf(scratch.folder).flatMap(({ path, name }) =>
    decodeSegment(readFileSync(path), name).records.map(({ payload }) => Buffer.from(payload).toString()),
  );
}

test("records are read back in the order of appending, over segments of bounded size", async () => {
  const sink = openSink({ bufferBytesMax: 1e9 });
  const written = Array.from({ length: 60 }, (_, at) => `${at}:${"x".repeat(at * 20)}`);
  for (const each of written) sink.append(text(each));
  await sink.flush();
  expect(contents()).toEqual(written);
  await sink.close(1_000);
  expect(sink.counts).toMatchObject({ appendedRecords: 60, acknowledgedRecords: 60, bufferedBytes: 0, lostRecords: 0 });
  expect(segmentsOf(scratch.folder).length).toBe(sink.counts.segments);
});

test("a segment ends before a record would make it larger than its bound", async () => {
  const sink = openSink();
  for (let at = 0; at < 20; at++) {
    sink.append(text("x".repeat(3_000)));
    await sink.flush();
  }
  await sink.close(1_000);
  const sizes = segmentsOf(scratch.folder).map(({ bytes }) => bytes);
  expect(sizes.length).toBe(7);
  for (const bytes of sizes) expect(bytes).toBeLessThanOrEqual(10_000);
});

test("an appended record is acknowledged by flush, and close flushes", async () => {
  const sink = openSink({ fsync: "always" });
  sink.append(text("a"));
  expect(sink.counts.acknowledgedRecords).toBe(0);
  await sink.flush();
  expect(sink.counts.acknowledgedRecords).toBe(1);
  sink.append(text("b"));
  await sink.close(1_000);
  expect(contents()).toEqual(["a", "b"]);
  expect(() => sink.append(text("c"))).toThrow("TENON1615");
});

test("a full buffer has no room until it is written; who waits for room is told", async () => {
  const clock = new ManualClock();
  const sink = openSink({ clock, bufferBytesMax: 100 });
  sink.append(text("x".repeat(200)));
  expect(sink.hasRoom).toBe(false);
  expect(await sink.waitForRoom(1_000)).toBe(true);
  expect(sink.hasRoom).toBe(true);
  expect(clock.pending).toBe(0);
  await sink.close(1_000);
});

test("while writes fail nothing is lost: the buffer fills, waiting ends in time, and the retry writes everything once", async () => {
  const clock = new ManualClock();
  const failures: unknown[] = [];
  let broken = true;
  const header = () => {
    if (broken) throw new Error("no space left on device");
    return HEADER;
  };
  const sink = openSink({ clock, header, bufferBytesMax: 10, onFailure: (error) => failures.push(error) });
  sink.append(text("first"));
  await expect.poll(() => failures.length).toBe(1);
  expect(sink.healthy).toBe(false);
  const room = sink.waitForRoom(50);
  clock.advance(50);
  expect(await room).toBe(false);
  sink.append(text("second"));
  clock.advance(200);
  await expect.poll(() => sink.counts.writeFailures).toBe(2);
  expect(contents()).toEqual([]);
  broken = false;
  const flushed = sink.flush();
  // The retry is set on the turn after the failure.
  await settle();
  clock.advance(400);
  await flushed;
  expect(sink.healthy).toBe(true);
  expect(contents()).toEqual(["first", "second"]);
  await sink.close(1_000);
  expect(sink.counts).toMatchObject({ lostRecords: 0, acknowledgedRecords: 2 });
});

test("what could not be written by the time a host must stop is counted as lost, and said", async () => {
  const clock = new ManualClock();
  const failures: string[] = [];
  const header = () => {
    throw new Error("no space left on device");
  };
  const sink = openSink({ clock, header, onFailure: (error) => failures.push((error as Error).message) });
  sink.append(text("first"));
  await expect.poll(() => failures.length).toBe(1);
  const closed = sink.close(100);
  clock.advance(100);
  await closed;
  expect(sink.counts.lostRecords).toBe(1);
  expect(failures.at(-1)).toContain("1 records could not be written");
});

test("a disk that never answers does not keep a host from stopping; the folder stays taken until the process ends", async () => {
  const clock = new ManualClock();
  const failures: string[] = [];
  const onFailure = (error: unknown) => failures.push((error as Error).message);
  const sink = openSink({ clock, fsync: "interval", onFailure });
  sink.append(text("first"));
  await sink.flush();
  const asked = promiseByHand<FileHandle>();
  const datasync = await spyOnDatasync();
  datasync.mockImplementation(function (this: FileHandle) {
    asked.resolve(this);
    return new Promise(() => undefined);
  });
  const closed = sink.close(100);
  const handle = await asked.promise;
  clock.advance(5_000);
  await closed;
  datasync.mockRestore();
  expect(failures).toEqual(["the last segment could not be closed within 5000 ms"]);
  expect(() => openSink()).toThrow("TENON1604");
  expect(clock.pending).toBe(0);
  await handle.close();
});

/** That of every file handle. */
async function spyOnDatasync() {
  const handle = await open(fileURLToPath(import.meta.url));
  await handle.close();
  return vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, "datasync");
}

test("a folder whose segments cannot be looked at is let go", () => {
  mkdirSync(join(scratch.folder, "segment-0000000001.tenonlog"));
  symlinkSync(join(scratch.folder, "nowhere"), join(scratch.folder, "segment-0000000002.tenonlog"));
  expect(() => openSink()).toThrow("ENOENT");
  rmSync(join(scratch.folder, "segment-0000000002.tenonlog"));
  expect(readdirSync(scratch.folder)).not.toContain("lock");
});

test("the oldest closed segments are deleted, and counted, to keep the bound", async () => {
  const sink = openSink({ segmentBytesMax: 1_500, keepBytesMax: 4_000 });
  for (let at = 0; at < 10; at++) {
    sink.append(text(`${at}${"x".repeat(1_000)}`));
    await sink.flush();
  }
  const kept = contents().map((each) => each[0]);
  expect(kept.at(-1)).toBe("9");
  expect(kept.length).toBeLessThan(5);
  expect(sink.counts.deletedSegments).toBe(10 - kept.length);
  await sink.close(1_000);
});

test("a torn tail of an earlier process is cut off and counted; sound records stay and new ones follow", async () => {
  const first = openSink();
  first.append(text("a"));
  await first.close(1_000);
  const path = segmentPath(scratch.folder, 1);
  appendFileSync(path, Buffer.from([200, 0, 0, 0, 1, 2]));
  const second = openSink();
  expect(second.counts.tornBytes).toBe(6);
  expect(decodeSegment(readFileSync(path), "s").tornBytes).toBe(0);
  second.append(text("b"));
  await second.close(1_000);
  expect(contents()).toEqual(["a", "b"]);
});

test("two hosts cannot write one folder, and a lock whose process is gone is taken over", async () => {
  const sink = openSink();
  expect(() => openSink()).toThrow("TENON1604");
  await sink.close(1_000);
  writeFileSync(join(scratch.folder, "lock"), "999999999");
  await openSink().close(1_000);
  writeFileSync(join(scratch.folder, "lock"), "not a process");
  await openSink().close(1_000);
  rmSync(scratch.folder, { recursive: true });
  writeFileSync(scratch.folder, "a file, not a folder");
  expect(() => openSink()).toThrow("TENON1604");
});

test("killed at any moment, every acknowledged record is in the log", async () => {
  const script = fileURLToPath(new URL("../../test/append-until-killed.ts", import.meta.url));
  const node = fileURLToPath(new URL("../../../../node_modules/.bin/node", import.meta.url));
  for (const roundsBeforeKill of [1, 7, 23]) {
    const child = spawn(node, ["--conditions=@tenon/source", script, scratch.folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    let acknowledged = 0;
    let rounds = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line);
      if (++rounds === roundsBeforeKill) child.kill("SIGKILL");
    }
    await ended;
    expect(acknowledged).toBeGreaterThan(0);
    const reopened = openSink();
    await reopened.close(1_000);
    const rows = contents().map((each) => Number(each.split(":")[0]));
    expect(rows.slice(0, acknowledged)).toEqual([...Array(acknowledged).keys()]);
    for (const { path } of segmentsOf(scratch.folder)) rmSync(path);
  }
});
