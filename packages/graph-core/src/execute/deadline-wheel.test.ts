import fc from "fast-check";
import { expect, test } from "vitest";
import { manualClock } from "../../test/support/small-graphs.ts";
import { type DeadlineEntry, DeadlineWheel } from "./deadline-wheel.ts";

class Entry implements DeadlineEntry {
  readonly expiresAtMs: number;
  readonly #expired: (entry: Entry) => void;
  wheelNext: DeadlineEntry | undefined = undefined;
  wheelPrevious: DeadlineEntry | undefined = undefined;
  expiredAtMs: number | undefined = undefined;

  constructor(deadlineMs: number, expired: (entry: Entry) => void) {
    this.expiresAtMs = deadlineMs;
    this.#expired = expired;
  }
  expire(): void {
    this.#expired(this);
  }
}

test("an entry expires never before its deadline and at most a tick after it; a removed one never", () => {
  const steps = fc.array(
    fc.record({
      waitMs: fc.nat(40),
      deadlineMs: fc.nat(3_000),
      removeAfterMs: fc.option(fc.nat(3_000), { nil: undefined }),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(steps, (drawn) => {
      const { clock, advance, timers } = manualClock();
      const wheel = new DeadlineWheel(clock);
      const entries: { entry: Entry; removedAtMs: number | undefined }[] = [];
      for (const { waitMs, deadlineMs, removeAfterMs } of drawn) {
        advance(waitMs);
        const entry = new Entry(clock.nowMs() + deadlineMs, (each) => {
          each.expiredAtMs = clock.nowMs();
        });
        const made = { entry, removedAtMs: undefined as number | undefined };
        entries.push(made);
        wheel.add(entry);
        if (removeAfterMs !== undefined) {
          clock.after(removeAfterMs, () => {
            if (entry.expiredAtMs === undefined) made.removedAtMs = clock.nowMs();
            wheel.remove(entry);
          });
        }
      }
      advance(7_000);
      for (const { entry, removedAtMs } of entries) {
        if (removedAtMs !== undefined) expect(entry.expiredAtMs).toBeUndefined();
        else {
          expect(entry.expiredAtMs).toBeGreaterThanOrEqual(entry.expiresAtMs);
          expect(entry.expiredAtMs).toBeLessThanOrEqual(entry.expiresAtMs + 4);
        }
      }
      expect({ size: wheel.size, timers: timers() }).toEqual({ size: 0, timers: 0 });
    }),
    { numRuns: 200 },
  );
});

test("an entry that removes its neighbours while it expires does not lose the others", () => {
  const { clock, advance } = manualClock();
  const wheel = new DeadlineWheel(clock);
  const expired: number[] = [];
  const entries: Entry[] = [];
  for (let at = 0; at < 6; at++) {
    entries.push(
      new Entry(clock.nowMs() + 10, () => {
        expired.push(at);
        const neighbour = entries[at + 1];
        if (at % 2 === 0 && neighbour !== undefined) wheel.remove(neighbour);
      }),
    );
  }
  for (const entry of entries) wheel.add(entry);
  advance(20);
  expect(expired).toEqual([0, 2, 4]);
  expect(wheel.size).toBe(0);
});

test("a process that was stopped for longer than a round of the wheel expires everything at once", () => {
  const { clock, advance } = manualClock();
  let stalledMs = 0;
  const wheel = new DeadlineWheel({ ...clock, nowMs: () => clock.nowMs() + stalledMs });
  const entries = [50, 900, 5_000].map(
    (deadline) => new Entry(clock.nowMs() + deadline, (each) => (each.expiredAtMs = 1)),
  );
  for (const entry of entries) wheel.add(entry);
  stalledMs = 60_000;
  advance(2);
  expect(entries.map((entry) => entry.expiredAtMs)).toEqual([1, 1, 1]);
});

test("a wheel that never stands still keeps its promises for years, and when the host's clock is set back", () => {
  let nowMs = 1_000_000;
  let turn: (() => void) | undefined;
  const wheel = new DeadlineWheel({
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after: (_delayMs, callback) => {
      turn = callback;
      return () => {};
    },
  });
  const passTo = (atMs: number): void => {
    nowMs = atMs;
    const due = turn;
    turn = undefined;
    due?.();
  };
  const entry = (expiresAtMs: number) => ({
    expiresAtMs,
    wheelNext: undefined,
    wheelPrevious: undefined,
    expired: 0,
    expire() {
      this.expired++;
    },
  });
  wheel.add(entry(Number.MAX_SAFE_INTEGER));
  const day = 24 * 3_600_000;
  for (let days = 1; days < 400; days++) {
    passTo(1_000_000 + days * day);
    const due = entry(nowMs + 10);
    wheel.add(due);
    passTo(nowMs + 8);
    expect(due.expired).toBe(0);
    passTo(nowMs + 4);
    expect(due.expired).toBe(1);
  }
  passTo(nowMs - 3_600_000);
  const due = entry(nowMs + 10);
  wheel.add(due);
  passTo(nowMs + 8);
  expect(due.expired).toBe(0);
  passTo(nowMs + 6);
  expect(due.expired).toBe(1);
});
