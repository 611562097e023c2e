/** An owner that is stopped and comes back, while another one has gone on without it. */
import { SimulatedCluster, VirtualClock } from "@tenon/event-log/simulation";
import { expect, test } from "vitest";
import { Process } from "../test/process.ts";
import { Amounts, sumAmounts, TOPICS } from "../test/world.ts";
import { type FaultPoint, MemoryTaskStore } from "./index.ts";
import type { StoreMutant } from "./store/store-mutant.ts";

/** Stops one worker at a point, lets another one process everything, and lets the first one go on. */
async function comeBack(point: FaultPoint, mutant?: StoreMutant) {
  const clock = new VirtualClock();
  const cluster = new SimulatedCluster({ seed: 1, clock });
  const store = new MemoryTaskStore({ clock, ...(mutant !== undefined && { mutant }) });
  let backwards = 0;
  const { commitTogether } = store;
  store.commitTogether = async (batches) => {
    const outcome = await commitTogether.call(store, batches);
    for (const batch of outcome === "committed" ? batches : []) {
      // A batch that is committed goes on where the one before it ended.
      if (batch.start < (ends.get(batch.partition) ?? 0)) backwards++;
      ends.set(batch.partition, batch.end);
    }
    return outcome;
  };
  const ends = new Map<number, number>();
  const log = cluster.open();
  await log.createTopics(TOPICS);
  const append = async (accounts: readonly string[], amount: number) => {
    const records = accounts.map((key) =>
      Amounts.record({ key, timeMs: clock.nowMs(), value: { amount, note: `${key}/x` } }),
    );
    await log.append(records);
  };
  const worker = (name: string, holdsAt?: FaultPoint) => {
    let release = () => undefined as void;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let passed = 0;
    const process = new Process({
      ...{ name, log: cluster.open(), store, clock, tasks: [sumAmounts], noticeMs: 0 },
      killsAt: () => false,
      onKilled: () => undefined,
      // Held once: the batch at hand, with what it has computed.
      holds: (at) => (at === holdsAt && passed++ === 0 ? held : undefined),
    });
    return { process, release, isHeld: () => passed > 0 };
  };
  const old = worker("old", point);
  await old.process.start();
  await append(["a", "b"], 1);
  await clock.runFor(500);
  expect(old.isHeld()).toBe(true);
  // The group has given it up; it does not know.
  old.process.loseGroup(60_000);
  const next = worker("next");
  await next.process.start();
  await clock.runFor(2_000);
  await append(["a", "b"], 10);
  await clock.runFor(2_000);
  const before = store.dump("sum-amounts").state;
  old.release();
  await clock.runFor(1_000);
  const after = store.dump("sum-amounts").state;
  const stopping = [old.process.stop(), next.process.stop()];
  await clock.runFor(60_000);
  await Promise.all(stopping);
  return { before, after, backwards, fenced: old.process.fenced };
}

const TOTALS = [
  { key: "a", value: '{"total":11,"events":2,"amount":10}' },
  { key: "b", value: '{"total":11,"events":2,"amount":10}' },
];

test.each(["afterRead", "midBatch", "beforeCommit"] as const)(
  "a worker that comes back at %s is fenced at its next commit, and nothing of its batch is kept",
  async (point) => {
    const { before, after, backwards, fenced } = await comeBack(point);
    expect(before).toEqual(TOTALS);
    expect(backwards).toBe(0);
    expect(after).toEqual(TOTALS);
    expect(fenced).toBeGreaterThan(0);
    // At most the batch it had at hand, per partition that it held.
    expect(fenced).toBeLessThanOrEqual(2);
  },
);

test("a store without the fence is noticed: nobody is fenced, and only the ids of messages keep the batch out", async () => {
  const { backwards, fenced } = await comeBack("beforeCommit", "noFence");
  expect(backwards).toBe(0);
  expect(fenced).toBe(0);
});

test("a store without the fence, in which ids of messages may come twice, is noticed: the partition goes back", async () => {
  const { backwards } = await comeBack("beforeCommit", "noFenceNorUnique");
  expect(backwards).toBeGreaterThan(0);
});
