import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { deafExecutor, shopEntry } from "../../../test/small-shop.ts";
import { allocateEntry } from "./allocate-entry.ts";

// As the processes of a report have it.
setFlagsFromString("--expose-gc");
globalThis.gc = runInNewContext("gc") as NonNullable<typeof globalThis.gc>;

interface Allocated {
  readonly run: number;
  /** Of node `rate`. */
  readonly rate: number;
}

/** Rows that node `rate` works on. */
const ROWS = 4;

/** Bytes of the third of three runs, in which node `rate` does this for each of its rows: the first make what all later ones use. */
async function bytesOf(work: () => void): Promise<Allocated> {
  const noise = () => {
    work();
    return 0;
  };
  const open = {
    ...{ executor: deafExecutor({ noise }), compose: undefined },
    ...{ place: { corpus: 0, at: 0 }, entry: await shopEntry() },
  };
  await allocateEntry(open);
  await allocateEntry(open);
  const { bytes, nodes } = await allocateEntry(open);
  return { run: bytes, rate: nodes["rate"] ?? Number.NaN };
}

/** How much more than a run whose node does nothing. */
async function moreThanNothing(work: () => void): Promise<Allocated> {
  const nothing = await bytesOf(() => {});
  const { run, rate } = await bytesOf(work);
  return { run: run - nothing.run, rate: rate - nothing.rate };
}

test("objects that a node makes are told, of the node and of the run", async () => {
  const objects = 1_000;
  const kept: unknown[] = [];
  const { run, rate } = await moreThanNothing(() => {
    kept.length = 0;
    for (let at = 0; at < objects; at++) kept.push({ at });
  });
  expect(kept).toHaveLength(objects);
  // An object of one field takes 32 bytes, its place in a list that grows 8 to 24.
  for (const more of [run, rate]) {
    expect(more / (ROWS * objects)).toBeGreaterThan(32);
    expect(more / (ROWS * objects)).toBeLessThan(64);
  }
});

test("code that the engine makes within a run is no allocation of that run", async () => {
  const [runs, functions] = [3, 100];
  const sum = Array.from({ length: 100 }, () => "x").join(" + ");
  const text = Array.from({ length: functions }, (_, at) => `function (x) { return ${at} + ${sum}; }`).join(", ");
  // Of each function the engine has no more than its place in the text until it is called; then the heap grows by a thousand bytes.
  const ofRow = Array.from(
    { length: runs * ROWS },
    (_, row) => new Function(`return [${text}]; // ${row}`)() as ((x: number) => number)[],
  );
  let called = 0;
  const { run, rate } = await moreThanNothing(() => {
    for (const each of ofRow[called++] ?? []) each(1);
  });
  expect(called).toBe(runs * ROWS);
  for (const more of [run, rate]) expect(more / (ROWS * functions)).toBeLessThan(100);
});
