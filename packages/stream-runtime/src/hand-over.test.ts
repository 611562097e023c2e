/** Partitions change hands in order: what the group asks for costs no failure, no rejoining and no second hand-over. */
import { SimulatedCluster, VirtualClock } from "@tenon/event-log/simulation";
import { expect, test } from "vitest";
import { Process } from "../test/process.ts";
import { sumAmounts, TOPICS } from "../test/world.ts";
import { MemoryTaskStore } from "./index.ts";

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
