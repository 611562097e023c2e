/** A process that dies while it writes leaves whole files and refused ones, and no file that only looks whole. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { corpusGraphOf } from "../src/corpus/corpus-graph.ts";
import { writeCorpus } from "../src/corpus/corpus-writer.ts";
import { readCorpus } from "../src/corpus/read-corpus.ts";
import { shopEntry, shopExecutor } from "./small-shop.ts";

const PROGRAM = join(import.meta.dirname, "write-until-killed.ts");
const STEP_MS_MAX = 60_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tenon-killed-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Lets the program go so many steps and kills it; what it said last. */
async function killedAfter(steps: number, words: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const child: ChildProcess = fork(PROGRAM, words, {
    execArgv: ["--conditions=@tenon/source", "--no-warnings"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  try {
    const step = () => once(child, "message", { signal: AbortSignal.timeout(STEP_MS_MAX) });
    let [said] = await step();
    for (let at = 1; at < steps; at++) {
      const next = step();
      child.send("go on");
      [said] = await next;
    }
    return said;
  } finally {
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
}

test.each([1, 2, 4])(
  "killed after %i steps a file has no name of its own, is refused at its end, and the one before it is whole",
  async (steps) => {
    const path = join(folder, "some.runs");
    const before = await shopEntry({}, "before");
    const header = { name: "t", madeBy: "t", madeAtMs: 1, graphs: [corpusGraphOf(shopExecutor())], bindings: {} };
    writeCorpus(path, header, (writer) => writer.add(before));
    const { bytes } = await killedAfter(steps, ["writer", path]);
    expect([...readCorpus(path).entries()]).toEqual([before]);
    const unfinished = readCorpus(`${path}.unfinished`);
    let read = 0;
    const readAll = () => {
      for (const _ of unfinished.entries()) read++;
    };
    expect(readAll).toThrow(
      expect.objectContaining({
        code: "TENON2001",
        message: expect.stringContaining(`some.runs.unfinished" is damaged at byte ${bytes}`),
        detail: "it ends before its end: it was not finished, or cut",
      }),
    );
    // What was written whole before it died can be read up to there.
    expect(read).toBe((steps - 1) * 4);
  },
  STEP_MS_MAX,
);

test(
  "a host that is killed leaves the files it ended, each whole; the runs it still held are in none",
  async () => {
    expect(await killedAfter(3, ["recorder", folder])).toEqual({ files: 4 });
    const runs = readdirSync(folder)
      .sort()
      .map((name) => [...readCorpus(join(folder, name)).entries()].map(({ recording }) => recording.requestId));
    expect(runs).toEqual([
      ["run-0", "run-1"],
      ["run-2", "run-3"],
      ["run-4", "run-5"],
      ["run-6", "run-7"],
    ]);
  },
  STEP_MS_MAX,
);
