import { expect, test } from "vitest";
import { Sharers } from "./sharers.ts";

/** Sharers whose timers are rung by hand. */
function byHand(lingerMs: number) {
  const timers = new Map<number, () => void>();
  let deserted = 0;
  const sharers = new Sharers({
    lingerMs,
    firstMsMax: 30_000,
    after: (ms, run) => {
      timers.set(ms, run);
      return () => timers.delete(ms);
    },
    onDeserted: () => {
      deserted++;
    },
  });
  return { sharers, timers, deserted: () => deserted };
}

test("the last sharer to leave takes the server with it", () => {
  const { sharers, deserted } = byHand(0);
  sharers.join();
  sharers.join();
  sharers.leave();
  expect(deserted()).toBe(0);
  sharers.leave();
  expect(deserted()).toBe(1);
});

test("who comes after that is sent away", () => {
  const { sharers } = byHand(0);
  sharers.join();
  sharers.leave();
  expect(sharers.join()).toBe(false);
  expect(sharers.deserted).toBe(true);
});

test("a server nobody comes to is given up", () => {
  const { sharers, timers, deserted } = byHand(0);
  timers.get(30_000)?.();
  expect(deserted()).toBe(1);
  expect(sharers.join()).toBe(false);
});

test("the first sharer stops the wait for a first one", () => {
  const { sharers, timers } = byHand(0);
  expect(timers.size).toBe(1);
  sharers.join();
  expect(timers.size).toBe(0);
});

test("a lingering server waits for another sharer, and every last one starts the wait anew", () => {
  const { sharers, timers, deserted } = byHand(5_000);
  sharers.join();
  sharers.leave();
  expect([timers.has(5_000), deserted()]).toEqual([true, 0]);
  expect(sharers.join()).toBe(true);
  expect(timers.has(5_000)).toBe(false);
  sharers.leave();
  timers.get(5_000)?.();
  expect(deserted()).toBe(1);
});
