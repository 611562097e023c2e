import { VirtualClock } from "@tenon/event-log/simulation";
import { expect, test } from "vitest";
import { Pace } from "./pace.ts";

const never = new AbortController().signal;

/** When rounds begin that each take so long, ms. */
async function begins(workMs: readonly number[], everyMs: number): Promise<readonly number[]> {
  const clock = new VirtualClock(0);
  const pace = new Pace(clock, everyMs);
  const began: number[] = [];
  const running = (async () => {
    await new Promise<void>((resolve) => clock.after(17, resolve));
    for (const ms of workMs) {
      await pace.next(never);
      began.push(clock.monotonicMs());
      await new Promise<void>((resolve) => clock.after(ms, resolve));
    }
  })();
  await clock.runFor(10_000);
  await running;
  return began;
}

test("the first round begins at once, the others at beats of the clock, however short they are", async () => {
  expect(await begins([1, 1, 1], 50)).toEqual([17, 50, 100]);
});

test("the first round after a long one, or after a quiet time, begins at once", async () => {
  expect(await begins([400, 80, 10, 10], 50)).toEqual([17, 417, 497, 550]);
});

test("nobody waits for a round any more once stopped", async () => {
  const stop = new AbortController();
  const pace = new Pace(new VirtualClock(), 50);
  await pace.next(stop.signal);
  const second = pace.next(stop.signal);
  stop.abort();
  await expect(second).resolves.toBeUndefined();
});
