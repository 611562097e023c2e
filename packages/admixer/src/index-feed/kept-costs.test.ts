import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { scratchFolder } from "../../test/scratch-folder.ts";
import { KeptCosts } from "./kept-costs.ts";

const COSTS = {
  ...{ listedRowNs: 1, listedNextNs: 2, denseStepNs: 3, denseNextNs: 4, wordNs: 5, denseWordNs: 6 },
  ...{ centerNs: 7, listNs: 8, exactRowNs: 9 },
};
const DAY_MS = 24 * 3_600_000;

let scratch: ReturnType<typeof scratchFolder>;
let nowMs = 0;
let kept: KeptCosts;
beforeEach(() => {
  scratch = scratchFolder();
  nowMs = 1_000;
  kept = new KeptCosts(scratch.folder, { nowMs: () => nowMs });
});
afterEach(() => scratch.remove());

test("costs are measured once a week, and by no start in between", async () => {
  expect(await kept.read()).toEqual({});
  await kept.keep({ costs: COSTS });
  nowMs += 6 * DAY_MS;
  expect(await kept.read()).toEqual({ costs: COSTS });
  // What was read is as old as it was.
  await kept.keep({ costs: COSTS });
  nowMs += DAY_MS;
  expect(await kept.read()).toEqual({});
});

test.each([
  ["another machine", (text: string) => text.replace("Node", "Bun")],
  ["a cost that is none", (text: string) => text.replace('"wordNs":5', '"wordNs":0')],
  ["a cost that is missing", (text: string) => text.replace('"wordNs":5,', "")],
  ["half a file", (text: string) => text.slice(0, 40)],
])("costs of %s are measured anew", async (_, damaged) => {
  await kept.keep({ costs: COSTS });
  const path = join(scratch.folder, "scan-costs.json");
  const text = await readFile(path, "utf8");
  await writeFile(path, damaged(text));
  expect(await kept.read()).toEqual({});
});
