/** A rewind while messages wait in the outbox: they leave first, then their records are processed again. */
import type { EventLog } from "@tenon/event-log/api";
import { SimulatedCluster, VirtualClock } from "@tenon/event-log/simulation";
import { expect, test } from "vitest";
import { Amounts, Sums, sumAmounts, TOPICS } from "../test/world.ts";
import { MemoryTaskStore, runTasks } from "./index.ts";

/** Longer than all the attempts of a relay together. */
const OUTAGE_MS = 60_000;
const TASK = sumAmounts.name;

/** A worker whose topic of sums can be closed: appends are refused, or wait. */
async function world() {
  const clock = new VirtualClock();
  const cluster = new SimulatedCluster({ seed: 1, clock });
  const log = cluster.open() as EventLog;
  await log.createTopics(TOPICS);
  const store = new MemoryTaskStore({ clock });
  const failures: string[] = [];
  const commitTogether = store.commitTogether.bind(store);
  store.commitTogether = async (batches) => {
    try {
      return await commitTogether(batches);
    } catch (error) {
      failures.push((error as Error).message);
      throw error;
    }
  };
  const gate = { closed: undefined as "refuses" | "waits" | undefined };
  const workerLog = cluster.open() as EventLog;
  const append = workerLog.append.bind(workerLog);
  workerLog.append = async (records) => {
    if (gate.closed === "refuses") throw new Error("no leader");
    while (gate.closed === "waits") await new Promise<void>((resolve) => clock.after(100, resolve));
    return append(records);
  };
  const running = await runTasks({ tasks: [sumAmounts], log: workerLog, store, clock, owner: "worker" });
  const pending = async () => (await store.status()).reduce((total, { outboxPending }) => total + outboxPending, 0);
  const rewind = async () => {
    const partitions = (await store.status()).map(({ partition }) => [partition, 0] as const);
    await store.rewind(TASK, Object.fromEntries(partitions));
  };
  const produce = (count: number) => {
    const value = { amount: 1, note: "n" };
    const record = () => Amounts.record({ key: "a", timeMs: clock.nowMs(), value });
    return log.append(Array.from({ length: count }, record));
  };
  const sent = async () => {
    const numbers: { readonly id: string; readonly seq: number }[] = [];
    for (const { partition, end } of await log.offsets(Sums.name)) {
      const reader = await log.read({ topic: Sums.name, partition, fromOffset: 0 });
      const pulled = end === 0 ? [] : await reader.pull({ recordsMax: 1_000, bytesMax: 2 ** 25, waitMs: 0 });
      for (const { headers } of pulled) {
        numbers.push({ id: headers["tenon-id"] as string, seq: Number(headers["tenon-seq"]) });
      }
    }
    return numbers;
  };
  return { clock, store, running, gate, failures, pending, rewind, produce, sent };
}

test.each(["waits", "refuses"] as const)(
  "a rewound task whose log %s keeps its outbox, commits nothing twice, and goes on when the log takes messages again",
  async (closed) => {
    const { clock, store, running, gate, failures, pending, rewind, produce, sent } = await world();
    await produce(2);
    await clock.runFor(2_000);
    gate.closed = closed;
    await produce(3);
    await clock.runFor(1_000);
    expect(await pending()).toBe(3);
    await rewind();
    await clock.runFor(closed === "waits" ? OUTAGE_MS : 5_000);
    expect(await pending()).toBe(3);
    expect((await store.status()).find(({ outboxPending }) => outboxPending > 0)?.next).toBe(0);
    gate.closed = undefined;
    await clock.runFor(OUTAGE_MS);
    expect(failures).toEqual([]);
    expect(await pending()).toBe(0);
    expect(store.dump(TASK).state).toEqual([{ key: "a", value: '{"total":5,"events":5,"amount":1}' }]);
    const all = await sent();
    expect(new Set(all.map(({ id }) => id)).size).toBe(5);
    // What was left, then every record again with higher numbers. An append of the old owner that was out may come once more.
    expect([...new Set(all.map(({ seq }) => seq))]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await running.stop();
  },
);
