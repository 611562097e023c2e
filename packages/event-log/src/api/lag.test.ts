import { expect, test } from "vitest";
import { lagOf } from "./lag.ts";
import { Watchdog } from "./watchdog.ts";

const AT = { topic: "t", partition: 0 };
const OFFSETS = { ...AT, earliest: 10, end: 100, newestTimeMs: 5_000 };

test("lag is told in offsets, in age of the oldest record not read, and in event time", () => {
  expect(lagOf(OFFSETS, { ...AT, nextOffset: 40, lastTimeMs: 4_200, oldestAppendedAtMs: 9_000 }, 9_500)).toEqual({
    ...AT,
    offsets: 60,
    ageMs: 500,
    eventTimeMs: 800,
  });
});

test("a reader at the end has no lag, whatever the figures say", () => {
  expect(lagOf(OFFSETS, { ...AT, nextOffset: 100, lastTimeMs: 6_000, oldestAppendedAtMs: 1 }, 9_500)).toEqual({
    ...AT,
    offsets: 0,
    ageMs: 0,
    eventTimeMs: 0,
  });
});

test("what was trimmed does not count as lag: it cannot be read any more", () => {
  expect(lagOf(OFFSETS, { ...AT, nextOffset: 0 }, 0).offsets).toBe(90);
});

test("a reader that has work and does not move is named after the time, and not before", () => {
  const watchdog = new Watchdog({ stuckAfterMs: 1_000 });
  const look = (nextOffset: number, end: number, nowMs: number) => watchdog.observe({ ...AT, nextOffset, end }, nowMs);
  expect(look(5, 9, 0)).toBeUndefined();
  expect(look(5, 9, 999)).toBeUndefined();
  expect(look(5, 12, 1_000)).toEqual({ ...AT, reason: "noProgress", lagOffsets: 7, nextOffset: 5, stuckMs: 1_000 });
  expect(look(6, 12, 1_001)).toBeUndefined();
  expect(look(6, 12, 2_001)).toBeDefined();
});

test("idle time is not silence: the clock starts with the work", () => {
  const watchdog = new Watchdog({ stuckAfterMs: 1_000 });
  expect(watchdog.observe({ ...AT, nextOffset: 5, end: 5 }, 0)).toBeUndefined();
  expect(watchdog.observe({ ...AT, nextOffset: 5, end: 5 }, 50_000)).toBeUndefined();
  expect(watchdog.observe({ ...AT, nextOffset: 5, end: 6 }, 50_500)).toBeUndefined();
  expect(watchdog.observe({ ...AT, nextOffset: 5, end: 6 }, 51_000)).toBeDefined();
  watchdog.forget(AT);
  expect(watchdog.observe({ ...AT, nextOffset: 5, end: 6 }, 60_000)).toBeUndefined();
});
