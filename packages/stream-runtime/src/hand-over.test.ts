/** Partitions change hands in order: what the group asks for costs no failure, no rejoining and no second hand-over. */
import { SimulatedCluster, VirtualClock } from "@tenon/event-log/simulation";
import { expect, test } from "vitest";
import { Process } from "../test/process.ts";
import { Amounts, sumAmounts, TOPICS } from "../test/world.ts";
import { type BreakableRule, MemoryTaskStore } from "./index.ts";

test("a worker that waits for records gives partitions up without failing, and keeps the others", async () => {
  const clock = new VirtualClock();
  const cluster = new SimulatedCluster({ seed: 1, clock });
  const store = new MemoryTaskStore({ clock });
  await cluster.open().createTopics(TOPICS);
  const worker = (name: string) =>
    new Process({
      ...{ name, log: cluster.open(), store, clock, tasks: [sumAmounts], noticeMs: 0 },
      killsAt: () => false,
      onKilled: () => undefined,
    });
  const first = worker("first");
  await first.start();
  await clock.runFor(250);
  const others = [worker("second"), worker("third")];
  for (const each of others) await each.start();
  await clock.runFor(5_000);
  const status = await store.status();
  // A claim by the first worker, one by whoever has the partition now.
  expect(status.map(({ epoch }) => epoch).sort()).toEqual([1, 2, 2]);
  expect(new Set(status.map(({ owner }) => owner)).size).toBe(3);
  expect(first.metrics.map(({ state }) => state).sort()).toEqual(["running", "stopped", "stopped"]);
  expect(first.metrics.map(({ haltedBy }) => haltedBy)).toEqual([undefined, undefined, undefined]);
  const stopping = [first, ...others].map((each) => each.stop());
  await clock.runFor(30_000);
  await Promise.all(stopping);
});

test("a worker whose partition was lost and came back takes no record from the one that has it now", async () => {
  const clock = new VirtualClock();
  const cluster = new SimulatedCluster({ seed: 1, clock });
  const store = new MemoryTaskStore({ clock });
  const { control } = store;
  // A look that takes a while: the partition changes hands meanwhile.
  store.control = async (at) => {
    await new Promise<void>((resolve) => clock.after(50, resolve));
    return control.call(store, at);
  };
  const log = cluster.open();
  await log.createTopics(TOPICS);
  const worker = new Process({
    ...{ name: "worker", log: cluster.open(), store, clock, tasks: [sumAmounts], noticeMs: 0 },
    killsAt: () => false,
    onKilled: () => undefined,
  });
  await worker.start();
  const keys = ["a", "b", "c", "d", "e", "f"];
  await log.append(keys.map((key) => Amounts.record({ key, timeMs: 1, value: { amount: 1, note: `${key}/x` } })));
  await clock.runFor(25);
  worker.loseGroup(0);
  await clock.runFor(5_000);
  expect(store.dump("sum-amounts").state.map(({ key }) => key)).toEqual(keys);
  const stopping = worker.stop();
  await clock.runFor(30_000);
  await stopping;
});

/** One worker has batches under way when another one joins: batches that were refused because of that. */
async function fencedAtHandOver(breaks?: BreakableRule): Promise<number> {
  const clock = new VirtualClock();
  const cluster = new SimulatedCluster({ seed: 1, clock });
  const store = new MemoryTaskStore({ clock });
  const log = cluster.open();
  await log.createTopics(TOPICS);
  const worker = (name: string) =>
    new Process({
      ...{ name, log: cluster.open(), store, clock, tasks: [sumAmounts], noticeMs: 0, breaks },
      killsAt: () => false,
      onKilled: () => undefined,
      holds: (point) =>
        point === "beforeCommit" ? new Promise<void>((resolve) => void clock.after(20, resolve)) : undefined,
    });
  const workers = [worker("first"), worker("second"), worker("third")] as const;
  await workers[0].start();
  await clock.runFor(250);
  const keys = ["a", "b", "c", "d", "e", "f"];
  await log.append(keys.map((key) => Amounts.record({ key, timeMs: 1, value: { amount: 1, note: `${key}/x` } })));
  await clock.runFor(5);
  await workers[1].start();
  await workers[2].start();
  await clock.runFor(5_000);
  expect(store.dump("sum-amounts").state).toHaveLength(keys.length);
  const stopping = workers.map((each) => each.stop());
  await clock.runFor(30_000);
  await Promise.all(stopping);
  return workers.reduce((total, { fenced }) => total + fenced, 0);
}

test("a partition is given up after its batch: an orderly hand-over wastes none", async () => {
  expect(await fencedAtHandOver()).toBe(0);
});

test("a worker that gives up a partition before its batch is finished is noticed: its batch is wasted", async () => {
  expect(await fencedAtHandOver("drainBeforeRelease")).toBeGreaterThan(0);
});
