import { VirtualClock } from "@tenon/event-log/simulation";
import fc from "fast-check";
import { expect, test } from "vitest";
import { LANES, type Lane } from "../task/lane.ts";
import { LaneGate } from "./lane-gate.ts";

const OPTIONS = { placesMax: 4, reserved: { high: 1, medium: 1, low: 1 }, agingMs: 100 };

/** Lets entries queue up and tells in which order they come in. */
function gate(options = OPTIONS) {
  const clock = new VirtualClock(0);
  const gate = new LaneGate(clock, options);
  const entered: string[] = [];
  const inside = new Map<string, () => void>();
  const enter = (name: string, lane: Lane) =>
    void gate.enter(lane).then((leave) => {
      entered.push(name);
      inside.set(name, leave);
    });
  const leave = (name: string) => {
    inside.get(name)?.();
    inside.delete(name);
  };
  return { clock, gate, enter, leave, entered, inside };
}

test("a spike of low work leaves places for the other lanes", async () => {
  const { clock, enter, entered } = gate();
  for (let index = 0; index < 50; index++) enter(`low-${index}`, "low");
  await clock.runFor(0);
  expect(entered).toEqual(["low-0", "low-1"]);
  enter("high", "high");
  enter("medium", "medium");
  await clock.runFor(0);
  expect(entered).toEqual(["low-0", "low-1", "high", "medium"]);
});

test("a free place goes to the most urgent lane that waits, and to the first of it", async () => {
  const { clock, enter, leave, entered } = gate();
  for (const name of ["l1", "l2", "l3"]) enter(name, "low");
  enter("h1", "high");
  enter("m1", "medium");
  for (const name of ["h2", "h3"]) enter(name, "high");
  await clock.runFor(0);
  expect(entered).toEqual(["l1", "l2", "h1", "m1"]);
  leave("l2");
  await clock.runFor(0);
  expect(entered.slice(4)).toEqual(["h2"]);
  leave("h2");
  await clock.runFor(0);
  expect(entered.slice(5)).toEqual(["h3"]);
});

test("work that has waited long enough comes before work that is more urgent and younger", async () => {
  const { clock, enter, leave, entered } = gate({ ...OPTIONS, reserved: { high: 0, medium: 0, low: 0 }, placesMax: 1 });
  enter("first", "high");
  enter("patient", "low");
  await clock.runFor(150);
  enter("urgent", "high");
  leave("first");
  await clock.runFor(0);
  expect(entered).toEqual(["first", "urgent"]);
  await clock.runFor(60);
  enter("later", "high");
  leave("urgent");
  await clock.runFor(0);
  expect(entered).toEqual(["first", "urgent", "patient"]);
});

test("a rest that ends between two readings of the clock keeps nobody waiting", async () => {
  for (let workedMs = 0; workedMs < 100; workedMs++) {
    const clock = new VirtualClock(0, { readingMs: 1 });
    const laneGate = new LaneGate(clock, OPTIONS);
    (await laneGate.enter("high"))();
    const leave = await laneGate.enter("medium");
    await clock.runFor(workedMs / 10);
    leave();
    let isInside = false;
    void laneGate.enter("medium").then(() => (isInside = true));
    await clock.runFor(1_000);
    expect({ workedMs, isInside }).toEqual({ workedMs, isInside: true });
  }
});

test("never more inside than places, never a reserved place taken by another lane, and everyone comes in", async () => {
  const arrivals = fc.array(fc.record({ lane: fc.constantFrom(...LANES), stays: fc.integer({ min: 1, max: 90 }) }), {
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(arrivals, async (all) => {
      const { clock, gate: laneGate, enter, leave, entered, inside } = gate();
      for (const [index, { lane }] of all.entries()) enter(`${lane}-${index}`, lane);
      for (let round = 0; round < 200 && entered.length < all.length; round++) {
        await clock.runFor(1);
        expect(inside.size).toBeLessThanOrEqual(OPTIONS.placesMax);
        const of = (lane: Lane) => [...inside.keys()].filter((name) => name.startsWith(lane)).length;
        for (const lane of LANES) expect(of(lane)).toBeLessThanOrEqual(2);
        const [oldest] = inside.keys();
        if (oldest !== undefined) leave(oldest);
      }
      await clock.runFor(0);
      expect(entered).toHaveLength(all.length);
      expect(laneGate.waiting).toBe(0);
    }),
    { numRuns: 30 },
  );
});
