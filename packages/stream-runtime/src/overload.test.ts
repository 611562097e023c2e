/** T11: a spike of low work on virtual time, where every batch takes as long as the next one. */
import { SimulatedCluster, VirtualClock } from "@tenon/event-log/simulation";
import { expect, test } from "vitest";
import { Amounts, countWindows, Sums, sumAmounts, TOPICS } from "../test/world.ts";
import { MemoryTaskStore, runTasks } from "./index.ts";

const HIGH_RECORDS = 120;
const BATCH_MS = 10;

/** How long urgent records take beside so many others, and what had become of those by then. */
async function urgentBeside(lowRecords: number) {
  const clock = new VirtualClock();
  const cluster = new SimulatedCluster({ seed: 1, clock });
  const store = new MemoryTaskStore({ clock });
  const log = cluster.open();
  await log.createTopics(TOPICS);
  let inside = 0;
  let insideMost = 0;
  const running = await runTasks({
    ...{ tasks: [sumAmounts, { ...countWindows, lane: "low" }], log: cluster.open(), store, clock, owner: "worker" },
    lanes: { placesMax: 3, reserved: { high: 1, medium: 0, low: 1 }, agingMs: 200 },
    batch: {
      high: { recordsMin: 10, recordsMax: 10, bytesMax: 100_000 },
      low: { recordsMin: 10, recordsMax: 10, bytesMax: 100_000 },
    },
    faults: {
      reached: async (point) => {
        if (point !== "midBatch") return;
        insideMost = Math.max(insideMost, ++inside);
        await new Promise<void>((resolve) => clock.after(BATCH_MS, resolve));
        inside--;
      },
    },
  });
  const value = { total: 1, events: 1, amount: 1 };
  await log.append(
    Array.from({ length: lowRecords }, (_, index) =>
      Sums.record({ key: `low-${index % 40}`, timeMs: clock.nowMs(), value }),
    ),
  );
  await clock.runFor(50);
  await log.append(
    Array.from({ length: HIGH_RECORDS }, (_, index) => {
      const key = `account-${index % 40}`;
      return Amounts.record({ key, timeMs: clock.nowMs(), value: { amount: 1, note: `${key}/${index}` } });
    }),
  );
  const of = (task: string) =>
    running.metrics.filter((each) => each.task === task).reduce((total, { events }) => total + events, 0);
  let tookMs = 0;
  let pendingMost = 0;
  for (; of("sum-amounts") < HIGH_RECORDS && tookMs < 60_000; tookMs += BATCH_MS) {
    await clock.runFor(BATCH_MS);
    pendingMost = Math.max(pendingMost, ...running.metrics.map(({ outboxPending }) => outboxPending));
  }
  const low = of("count-windows");
  const stopping = running.stop();
  await clock.runFor(60_000);
  await stopping;
  return { tookMs, low, insideMost, pendingMost };
}

test("a spike of 50 times as much low work makes urgent work wait twice as long at most, and moves itself", async () => {
  const calm = await urgentBeside(0);
  const busy = await urgentBeside(50 * HIGH_RECORDS);
  expect(busy.tookMs).toBeLessThanOrEqual(2 * calm.tookMs);
  expect(busy.low).toBeGreaterThan(0);
  // What is worked on, and what waits to be sent, has a bound whatever comes.
  expect(busy.insideMost).toBeLessThanOrEqual(3);
  expect(busy.pendingMost).toBeLessThanOrEqual(HIGH_RECORDS);
});
