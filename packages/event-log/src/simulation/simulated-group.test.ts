import { expect, test } from "vitest";
import { z } from "zod";
import type { JoinOptions } from "../api/event-log.ts";
import { topic } from "../api/topic.ts";
import { SimulatedCluster } from "./simulated-cluster.ts";
import { VirtualClock } from "./virtual-clock.ts";

const Things = topic("things", z.strictObject({ at: z.int() }), {
  ...{ owner: "ads-streams", class: "event", retentionMs: 3_600_000, purpose: "a test" },
  ...{ partitions: 3, unreadable: "deadLetter" },
});

test("a partition whose next owner leaves while the last one still drains is given to somebody", async () => {
  const clock = new VirtualClock();
  const cluster = new SimulatedCluster({ seed: 1, clock });
  const log = cluster.open();
  await log.createTopics([Things]);
  const join = (member: string, drains: () => Promise<void> = async () => {}) => {
    const options: JoinOptions = {
      ...{ group: "readers", topics: ["things"], member, queueRecordsMax: 10, queueBytesMax: 1_000, drainMs: 10_000 },
      ...{ onAssigned: async () => 0, onRevoked: drains, onLost: () => undefined, onFailed: () => undefined },
    };
    return log.join(options);
  };
  const slow = await join("slow", () => new Promise((resolve) => clock.after(2_000, resolve)));
  await clock.runFor(10);
  // It gives some up, slowly; then loses all of them without knowing, and who got them goes again.
  const quick = await join("quick");
  await clock.runFor(10);
  log.takeAway(slow, 50);
  await clock.runFor(10);
  void quick.leave();
  await clock.runFor(20_000);
  expect(slow.assigned.map(({ partition }) => partition)).toEqual([0, 1, 2]);
  void slow.leave();
  await clock.runFor(20_000);
});
