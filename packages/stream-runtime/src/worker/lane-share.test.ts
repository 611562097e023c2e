/** What less urgent lanes may take of the time while a more urgent one is at work. */
import { VirtualClock } from "@tenon/event-log/simulation";
import { expect, test } from "vitest";
import { LaneRests } from "../change/lane-rests.ts";
import type { Lane } from "../task/lane.ts";
import { LaneGate } from "./lane-gate.ts";
import { LaneShare } from "./lane-share.ts";

const BATCH_MS = 20;

/** Batches of a lane, one after the other, through a gate or with rests; counts those that have begun. */
function world(kind: "gate" | "rests") {
  const clock = new VirtualClock(0);
  const gate = new LaneGate(clock);
  const rests = new LaneRests(clock);
  const batch = () => new Promise<void>((resolve) => clock.after(BATCH_MS, resolve));
  const begun = { high: 0, medium: 0, low: 0 };
  const until = async (lane: Lane, isOver: () => boolean) => {
    while (!isOver()) {
      if (kind === "rests") {
        begun[lane]++;
        await rests.during(lane, batch);
      } else {
        const leave = await gate.enter(lane);
        begun[lane]++;
        await batch();
        leave();
      }
    }
  };
  return { clock, begun, until, end: () => rests.end() };
}

test.each(["gate", "rests"] as const)(
  "%s: beside urgent work a lane has a quarter of the time; alone it has all",
  async (kind) => {
    const { clock, begun, until } = world(kind);
    let isUrgentOver = false;
    let isOver = false;
    void until("high", () => isUrgentOver);
    void until("low", () => isOver);
    await clock.runFor(100 * BATCH_MS);
    expect(begun.high).toBeGreaterThanOrEqual(99);
    expect(begun.low).toBeGreaterThanOrEqual(23);
    expect(begun.low).toBeLessThanOrEqual(26);
    isUrgentOver = true;
    await clock.runFor(10 * BATCH_MS);
    const before = begun.low;
    await clock.runFor(50 * BATCH_MS);
    expect(begun.low - before).toBeGreaterThanOrEqual(49);
    isOver = true;
    await clock.runFor(1_000);
    expect(clock.pending).toBe(0);
  },
);

test("a rest has an end however long the batch before it took, and urgent work never rests", async () => {
  const clock = new VirtualClock(0);
  const share = new LaneShare(clock);
  share.enter("high");
  const left = share.enter("low");
  const leftHigh = share.enter("high");
  await clock.runFor(60_000);
  left();
  leftHigh();
  expect([share.restMs("high"), share.restMs("medium"), share.restMs("low")]).toEqual([0, 0, 1_000]);
});

test("at the end nobody rests", async () => {
  const { clock, until, end } = world("rests");
  let isOver = false;
  void until("high", () => isOver);
  let isEnded = false;
  const low = until("low", () => isOver).then(() => {
    isEnded = true;
  });
  await clock.runFor(BATCH_MS + 5);
  isOver = true;
  expect(isEnded).toBe(false);
  end();
  await clock.runFor(0);
  expect(isEnded).toBe(true);
  await low;
});
