import { expect, test } from "vitest";
import { deafExecutor, shopEntry } from "../../../test/small-shop.ts";
import { runRecorded } from "../../replay/run-recorded.ts";
import { NodeTimes } from "./node-times.ts";

const MS = 30;

/** ms of node `rate`, whose work of each row is this. */
async function timeOfRate(work: () => void): Promise<number> {
  const noise = () => {
    work();
    return 0;
  };
  const executor = deafExecutor({ noise });
  const times = new NodeTimes();
  await runRecorded(executor, (await shopEntry()).recording, { hooks: times.hooks });
  return times.of(executor.plan.nodes.find(({ wired }) => wired.name === "rate")?.index ?? -1) ?? Number.NaN;
}

function compute(): void {
  const before = process.cpuUsage();
  for (let used = 0; used < MS * 1_000; ) {
    const { user, system } = process.cpuUsage(before);
    used = user + system;
  }
}

/** As when another process has the core: the thread stands still. */
function standStill(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, MS);
}

test("what a node computes is its time", async () => {
  expect(await timeOfRate(compute)).toBeGreaterThan(MS);
});

test("a node that is made to wait takes no longer", async () => {
  expect(await timeOfRate(standStill)).toBeLessThan(MS);
});

test("the run and its values are what they are without a clock around its nodes", async () => {
  const { recording } = await shopEntry();
  const plain = await runRecorded(deafExecutor(), recording);
  const measured = await runRecorded(deafExecutor(), recording, { hooks: new NodeTimes().hooks });
  expect(measured.response).toEqual(plain.response);
  expect([...measured.values]).toEqual([...plain.values]);
});
