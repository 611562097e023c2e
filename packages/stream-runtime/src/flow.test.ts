/** How a running stream behaves over time: late and quiet partitions, operators, stuck clients. Time is moved by hand. */
import { SimulatedCluster, VirtualClock } from "@tenon/event-log/simulation";
import { expect, test } from "vitest";
import { Amounts, countWindows, LateSums, POISON, SumCounts, Sums, sumAmounts, TOPICS, WINDOW } from "../test/world.ts";
import { MemoryTaskStore, type RunTasksOptions, runTasks, type Task } from "./index.ts";

async function world(tasks: readonly Task[], options: Partial<RunTasksOptions> = {}) {
  const clock = new VirtualClock(1_700_000_000_000);
  const cluster = new SimulatedCluster({ seed: 1, clock });
  const store = new MemoryTaskStore({ clock });
  const log = cluster.open();
  await log.createTopics(TOPICS);
  const running = await runTasks({ tasks, log: cluster.open(), store, clock, owner: "worker", ...options });
  const stop = async () => {
    const stopping = running.stop();
    await clock.runFor(60_000);
    await stopping;
  };
  const records = async (topic: string) => {
    const all = [];
    for (const { partition, earliest } of await log.offsets(topic)) {
      const reader = await log.read({ topic, partition, fromOffset: earliest });
      all.push(...(await reader.pull({ recordsMax: 10_000, bytesMax: 1e8, waitMs: 0 })));
    }
    return all;
  };
  return { clock, cluster, store, log, running, stop, records };
}

const sumAt = (timeMs: number, key = "a") => Sums.record({ key, timeMs, value: { total: 1, events: 1, amount: 1 } });
const amountOf = (key: string, note = `${key}/x`) => Amounts.record({ key, timeMs: 1, value: { amount: 1, note } });

test("an event one millisecond inside the grace counts, one at its end is late and told so", async () => {
  const { clock, log, store, stop, records } = await world([countWindows]);
  const startMs = 1_700_000_000_000;
  const graceEndMs = startMs + 200 + WINDOW.graceMs;
  await log.append([sumAt(startMs + 10)]);
  await log.append([sumAt(graceEndMs - 1 + WINDOW.outOfOrderMs), sumAt(startMs + 20)]);
  await clock.runFor(500);
  const small = () => store.dump("count-windows").windows.find((row) => row.sizeMs === 200 && row.startMs === startMs);
  expect(small()).toMatchObject({ values: [2, 2, 1], revision: 1 });
  await log.append([sumAt(graceEndMs + WINDOW.outOfOrderMs), sumAt(startMs + 30)]);
  await clock.runFor(500);
  expect(small()).toMatchObject({ values: [2, 2, 1], revision: 1 });
  const late = (await records(LateSums.name)).map((record) => LateSums.decode(record));
  expect(late).toMatchObject([{ value: { key: "a", timeMs: startMs + 30, lateByMs: 0, topic: "sums" } }]);
  await stop();
});

test("a partition that has gone quiet closes its windows by the time of the others", async () => {
  const quiet = { ...countWindows, window: { ...(countWindows.window as NonNullable<Task["window"]>), idleMs: 2_000 } };
  const { clock, log, stop, records } = await world([quiet]);
  const startMs = clock.nowMs();
  const one = "a";
  const other = ["b", "c", "d", "e", "f"].find((key) => sumAt(0, key).partition !== sumAt(0, one).partition) as string;
  await log.append([sumAt(startMs + 10, one), sumAt(startMs + 10, other)]);
  // Only one of them goes on.
  for (let step = 1; step <= 20; step++) {
    await log.append([sumAt(startMs + step * 500, one)]);
    await clock.runFor(500);
  }
  const results = (await records(SumCounts.name)).map((record) => JSON.parse(new TextDecoder().decode(record.value)));
  expect(results.filter((each) => each.key === other && each.sizeMs === 200)).toMatchObject([
    { startMs, revision: 0, values: { events: 1 } },
  ]);
  await stop();
});

test("without traffic anywhere no window closes: time is what events say", async () => {
  const quiet = { ...countWindows, window: { ...(countWindows.window as NonNullable<Task["window"]>), idleMs: 2_000 } };
  const { clock, log, stop, records } = await world([quiet]);
  await log.append([sumAt(clock.nowMs(), "a"), sumAt(clock.nowMs(), "b")]);
  await clock.runFor(60_000);
  expect(await records(SumCounts.name)).toEqual([]);
  await stop();
});

test("operators pause and resume a task; parked records are tried again when asked", async () => {
  const { clock, log, store, stop } = await world([sumAmounts]);
  await log.append([amountOf("a"), amountOf("a", POISON)]);
  await clock.runFor(1_000);
  const [parked] = await store.parked("sum-amounts");
  expect(parked).toMatchObject({ code: "TENON1201", key: "a", owner: "ads-streams" });
  expect(parked?.inputDigest).toMatch(/^[0-9a-f]{16,}/);
  await store.pause("sum-amounts", true);
  await clock.runFor(2_000);
  await log.append([amountOf("a")]);
  await clock.runFor(5_000);
  const next = async () => (await store.status()).find(({ partition }) => partition === amountOf("a").partition)?.next;
  const before = await next();
  await store.pause("sum-amounts", false);
  expect(await store.retryParked("sum-amounts", { offsets: "all" })).toBe(1);
  await clock.runFor(5_000);
  expect(await next()).toBe((before as number) + 1);
  // Tried again, failed again, parked again: it is never lost.
  expect(await store.parked("sum-amounts")).toMatchObject([{ code: "TENON1201" }]);
  expect(store.dump("sum-amounts").state).toEqual([{ key: "a", value: '{"total":2,"events":2,"amount":1}' }]);
  await stop();
});

test("a paused task comes to rest: all of it committed, the outbox in the log", async () => {
  const { clock, log, store, running, stop } = await world([sumAmounts]);
  await log.append([amountOf("a"), amountOf("b"), amountOf("c")]);
  await store.pause("sum-amounts", true);
  await clock.runFor(5_000);
  const status = await store.status();
  expect(status.map(({ resting, outboxPending }) => [resting, outboxPending])).toEqual(status.map(() => [true, 0]));
  expect(running.metrics.every(({ state }) => state === "paused")).toBe(true);
  await store.pause("sum-amounts", false);
  await clock.runFor(5_000);
  expect((await store.status()).some(({ resting }) => resting)).toBe(false);
  expect(store.dump("sum-amounts").state).toHaveLength(3);
  await stop();
});

test("a running task that is rewound starts anew, and leaves the same state and messages with the same ids", async () => {
  const { clock, log, store, stop, records } = await world([sumAmounts]);
  await log.append([amountOf("a"), amountOf("b"), amountOf("a")]);
  await clock.runFor(2_000);
  const before = store.dump("sum-amounts").state;
  const partitions = (await store.status()).map(({ partition }) => partition);
  await store.rewind("sum-amounts", Object.fromEntries(partitions.map((partition) => [partition, 0])));
  // Nothing new comes: workers notice all the same.
  await clock.runFor(30_000);
  expect(store.dump("sum-amounts").state).toEqual(before);
  expect((await store.status()).some(({ stopped }) => stopped?.kind === "fenced")).toBe(true);
  const ids = (await records(Sums.name)).map(({ headers }) => headers["tenon-id"]);
  expect(ids).toHaveLength(2 * 3);
  expect(new Set(ids).size).toBe(3);
  await stop();
});

test("a record from the future is parked: it does not close every window", async () => {
  const { clock, log, store, stop } = await world([countWindows]);
  await log.append([sumAt(clock.nowMs()), sumAt(clock.nowMs() + 2 * 3_600_000), sumAt(clock.nowMs() + 1)]);
  await clock.runFor(1_000);
  expect(await store.parked("count-windows")).toMatchObject([{ code: "TENON1809" }]);
  expect(store.dump("count-windows").windows).toMatchObject([{ values: [2, 2, 1], revision: -1 }]);
  await stop();
});

test("a task over control data halts at a record that fails, and the store keeps why; other tasks go on", async () => {
  const strict = { ...sumAmounts, name: "strict-sums", onFailure: "halt" as const };
  const halted: string[] = [];
  const { clock, log, store, running, stop } = await world([strict, sumAmounts], {
    onHalted: (task, error) => halted.push(`${task.name} ${error.message}`),
  });
  await log.append([amountOf("a"), amountOf("a", POISON), amountOf("a")]);
  await clock.runFor(1_000);
  expect(halted).toHaveLength(1);
  expect(halted[0]).toMatch(/^strict-sums TENON1803 task "strict-sums" failed on a record/);
  expect((await store.status()).filter(({ stopped }) => stopped !== undefined)).toMatchObject([
    { task: "strict-sums", epoch: 1, stopped: { kind: "halted", code: "TENON1803", owner: "worker", epoch: 1 } },
  ]);
  const at = (name: string) =>
    running.metrics.find(({ task, partition }) => task === name && partition === amountOf("a").partition);
  expect(at("strict-sums")).toMatchObject({ state: "halted", haltedBy: "TENON1803" });
  expect(at("sum-amounts")).toMatchObject({ state: "running", events: 2, parked: 1 });
  await stop();
});

test("retention that has eaten unread records stops the partition by name, and nothing is skipped", async () => {
  const { clock, cluster, log, store, stop } = await world([sumAmounts]);
  await log.append([amountOf("a")]);
  await clock.runFor(1_000);
  await stop();
  await log.append([amountOf("a"), amountOf("a"), amountOf("a")]);
  await log.trim({ topic: "amounts", partition: amountOf("a").partition }, 3);
  const halted: string[] = [];
  const again = await runTasks({
    ...{ tasks: [sumAmounts], log: cluster.open(), store, clock, owner: "next" },
    onHalted: (_, error) => halted.push(error.message),
  });
  await clock.runFor(5_000);
  expect(halted).toEqual([expect.stringMatching(/^TENON1802 task "sum-amounts" needs "amounts" from offset 1/)]);
  expect(again.metrics.find(({ state }) => state === "halted")).toMatchObject({ haltedBy: "TENON1802", next: 1 });
  expect(store.dump("sum-amounts").state).toEqual([{ key: "a", value: '{"total":1,"events":1,"amount":1}' }]);
});

test("a client that goes silent is found: records wait and nothing moves", async () => {
  const stuck: string[] = [];
  let isSilent = false;
  const clock = new VirtualClock();
  const cluster = new SimulatedCluster({ seed: 1, clock });
  const log = cluster.open();
  await log.createTopics(TOPICS);
  const silent = cluster.open();
  const { join } = silent;
  silent.join = async (options) => {
    const member = await join.call(silent, options);
    const pull = member.pull.bind(member);
    member.pull = async (at, pullOptions) => {
      const records = await pull(at, pullOptions);
      return isSilent ? new Promise<never>(() => undefined) : records;
    };
    return member;
  };
  await runTasks({
    ...{ tasks: [sumAmounts], log: silent, clock, owner: "worker", store: new MemoryTaskStore({ clock }) },
    lag: { everyMs: 1_000, stuckAfterMs: 10_000 },
    onStuck: (_, error) => stuck.push(error.message),
  });
  await log.append([amountOf("a")]);
  await clock.runFor(5_000);
  isSilent = true;
  await log.append([amountOf("a"), amountOf("a")]);
  await clock.runFor(9_000);
  expect(stuck).toEqual([]);
  await clock.runFor(4_000);
  expect(stuck[0]).toMatch(/TENON1805 partition \d of task "sum-amounts" stands still: 2 records wait/);
});
