import { SimulatedCluster, VirtualClock } from "@tenon/event-log/simulation";
import { expect, test } from "vitest";
import { Amounts, sumAmounts, TOPICS } from "../../test/world.ts";
import { MemoryTaskStore, runTasks } from "../index.ts";

const amountOf = (key: string) => Amounts.record({ key, timeMs: 1, value: { amount: 1, note: `${key}/x` } });
const KEYS = ["a", "b", "c", "d", "e", "f"];

/** Commits fail while `isDown` says so, and so does joining the group. */
async function world() {
  const clock = new VirtualClock();
  const cluster = new SimulatedCluster({ seed: 1, clock });
  const outage = { isDown: false, joins: 0 };
  const store = new MemoryTaskStore({ clock, fault: () => (outage.isDown ? "before" : undefined) });
  const log = cluster.open();
  await log.createTopics(TOPICS);
  const own = cluster.open();
  const { join } = own;
  own.join = async (options) => {
    outage.joins++;
    if (outage.isDown) throw new Error("the log is down");
    return join.call(own, options);
  };
  const halted: string[] = [];
  const running = await runTasks({
    ...{ tasks: [sumAmounts], log: own, store, clock, owner: "worker" },
    onHalted: (_, error) => halted.push(error.message),
  });
  const stop = async () => {
    const stopping = running.stop();
    await clock.runFor(60_000);
    await stopping;
  };
  return { clock, log, store, outage, halted, stop };
}

test("an outage in which joining fails, too, is outlived", async () => {
  const { clock, log, store, outage, halted, stop } = await world();
  await log.append(KEYS.map(amountOf));
  await clock.runFor(500);
  outage.isDown = true;
  await log.append(KEYS.map(amountOf));
  await clock.runFor(2_000);
  expect(outage.joins).toBeGreaterThan(2);
  outage.isDown = false;
  await clock.runFor(10_000);
  expect(halted).toEqual([]);
  const { state } = store.dump("sum-amounts");
  expect(state.map(({ value }) => value)).toEqual(KEYS.map(() => '{"total":2,"events":2,"amount":1}'));
  await stop();
});

test("an outage that does not end is told after so many tries, once, and the group is left to others", async () => {
  const { clock, log, store, outage, halted, stop } = await world();
  await clock.runFor(500);
  outage.isDown = true;
  await log.append(KEYS.map(amountOf));
  await clock.runFor(120_000);
  expect(halted).toEqual(["the log is down"]);
  // The first join, and one per allowed failure: three partitions that fail at once are one failure.
  expect(outage.joins).toBe(1 + 8);
  outage.isDown = false;
  const next = await runTasks({ tasks: [sumAmounts], log, store, clock, owner: "next" });
  await clock.runFor(5_000);
  expect(store.dump("sum-amounts").state).toHaveLength(KEYS.length);
  const stopping = next.stop();
  await clock.runFor(60_000);
  await stopping;
  await stop();
});
