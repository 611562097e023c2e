import { VirtualClock } from "@tenon/event-log/simulation";
import { expect, test } from "vitest";
import { Pace, type PaceOptions } from "./pace.ts";

const never = new AbortController().signal;

/** When rounds begin that each take so long, ms. */
async function begins(workMs: readonly number[], options: PaceOptions): Promise<readonly number[]> {
  const clock = new VirtualClock(0);
  const pace = new Pace(clock, options);
  const began: number[] = [];
  const running = (async () => {
    await new Promise<void>((resolve) => clock.after(17, resolve));
    for (const ms of workMs) {
      await pace.next(never);
      began.push(clock.monotonicMs());
      await new Promise<void>((resolve) => clock.after(ms, resolve));
      pace.worked(ms);
    }
  })();
  await clock.runFor(60_000);
  await running;
  return began;
}

test("the first round begins at once, the others at beats of the clock, however short they are", async () => {
  expect(await begins([1, 1, 1], { everyMs: 50 })).toEqual([17, 50, 100]);
});

test("the first round after a long one, or after a quiet time, begins at once", async () => {
  expect(await begins([400, 80, 10, 10], { everyMs: 50 })).toEqual([17, 417, 497, 550]);
});

test("where rounds take longer there are fewer of them, within bounds, and as many as before when they take less again", async () => {
  const work = (ms: number) => Array.from({ length: 60 }, () => ms);
  const began = await begins([...work(5), ...work(16), ...work(80), ...work(5)], {
    ...{ everyMs: 30, workShare: 1 / 4, beatsMax: 4 },
  });
  const settled = [0, 1, 2, 3].map((phase) => began.slice(60 * phase + 50, 60 * phase + 60));
  const gaps = settled.map((all) => new Set(all.slice(1).map((ms, index) => ms - (all[index] as number))));
  expect(gaps).toEqual([new Set([30]), new Set([60]), new Set([120]), new Set([30])]);
});

test("a pace of 0 holds nothing back", async () => {
  expect(await begins([1, 0, 3], { everyMs: 0 })).toEqual([17, 18, 18]);
});

test("nobody waits for a round any more once stopped", async () => {
  const stop = new AbortController();
  const pace = new Pace(new VirtualClock(), { everyMs: 50 });
  await pace.next(stop.signal);
  const second = pace.next(stop.signal);
  stop.abort();
  await expect(second).resolves.toBeUndefined();
});
