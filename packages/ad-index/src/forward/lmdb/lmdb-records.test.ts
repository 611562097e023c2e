import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keyOf, recordContract } from "../conformance/record-contract.ts";
import { documentOf } from "../testing/documents.ts";
import { LmdbRecords } from "./lmdb-records.ts";

/** Times the writer is killed. */
const KILLS = 6;
const ADS = 20;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "tenon-records-"));
});
afterAll(() => rm(root, { recursive: true }));

let folders = 0;
const newFolder = () => join(root, `store-${++folders}`);

recordContract("in lmdb", (nowMs) => new LmdbRecords({ folder: newFolder(), nowMs }));

test("records outlive the process, and another process reads them", async () => {
  const folder = newFolder();
  const writer = new LmdbRecords({ folder });
  const document = { ...documentOf(2 ** 40, 2 ** 41), qualityScore: 0.1, title: "Größe ✓" };
  await writer.put([document]);
  const beside = new LmdbRecords({ folder });
  expect((await beside.get([keyOf(2 ** 40, 2 ** 41)])).found).toEqual([document]);
  await beside.close();
  await writer.close();
  const later = new LmdbRecords({ folder });
  expect((await later.get([keyOf(2 ** 40, 2 ** 41)])).found).toEqual([document]);
  await later.close();
});

test("a folder that cannot be is named", async () => {
  const file = join(root, "file");
  await writeFile(file, "no folder");
  expect(() => new LmdbRecords({ folder: join(file, "deeper") })).toThrow(/TENON1432 .*cannot be opened/);
});

test(`a writer that is killed ${KILLS} times leaves whole batches, and every batch it was told of`, {
  timeout: 120_000,
}, async () => {
  const folder = newFolder();
  for (let kill = 0; kill < KILLS; kill++) {
    const writer = spawn(process.execPath, [
      "--conditions=@tenon/source",
      join(import.meta.dirname, "../testing/batch-writer.ts"),
      folder,
      String(ADS),
    ]);
    // Killed after another number of batches each time: at once, or in the middle of the next one.
    const acknowledged = await acknowledgedUntil(writer, 2 + 3 * kill);
    const store = new LmdbRecords({ folder });
    const ids = Array.from({ length: ADS }, (_, at) => at + 1);
    const { stale } = await store.get(ids.map((id) => keyOf(id, 0)));
    const versions = new Set(stale.map(({ newestVersion }) => newestVersion));
    expect(stale, "every ad is there").toHaveLength(ADS);
    expect([...versions], "one batch, whole").toHaveLength(1);
    const [newest = 0] = versions;
    expect(newest).toBeGreaterThanOrEqual(acknowledged);
    const { found } = await store.get(ids.map((id) => keyOf(id, newest)));
    expect(found).toEqual(ids.map((id) => documentOf(id, newest)));
    await store.close();
  }
});

async function acknowledgedUntil(writer: ChildProcess, batches: number): Promise<number> {
  let acknowledged = 0;
  let seen = 0;
  let problem = "";
  writer.stderr?.on("data", (text) => {
    problem += text;
  });
  if (writer.stdout === null) throw new Error("the writer has no output");
  for await (const line of createInterface({ input: writer.stdout })) {
    acknowledged = Number(line);
    if (++seen === batches) writer.kill("SIGKILL");
  }
  if (writer.exitCode === null && writer.signalCode === null) await once(writer, "exit");
  expect([seen >= batches, writer.signalCode, problem]).toEqual([true, "SIGKILL", ""]);
  return acknowledged;
}
