import { expect, test } from "vitest";
import { VirtualClock } from "../simulation/virtual-clock.ts";
import { HeldPartitions } from "./held-partitions.ts";

test("a partition that is lost before its owner was told of it is told of neither time; the next time it is", async () => {
  const clock = new VirtualClock();
  const told: string[] = [];
  const held = new HeldPartitions({
    join: {
      ...{
        group: "readers",
        topics: ["things"],
        member: "one",
        queueRecordsMax: 10,
        queueBytesMax: 1_000,
        drainMs: 100,
      },
      onAssigned: async () => {
        told.push("assigned");
        return 0;
      },
      onRevoked: async () => void told.push("revoked"),
      onLost: () => void told.push("lost"),
      onFailed: () => void told.push("failed"),
    },
    clock,
    startFeed: () => ({ pull: async () => [], seek: () => undefined, end: () => undefined }),
    onAssignFailed: () => void told.push("assign failed"),
  });
  const at = { topic: "things", partition: 0 };
  held.assign(at);
  held.lose(at);
  held.assign(at);
  await clock.runFor(10);
  expect(told).toEqual(["assigned"]);
  expect(held.assigned).toEqual([at]);
  held.lose(at);
  await clock.runFor(10);
  expect(told).toEqual(["assigned", "lost"]);
});
