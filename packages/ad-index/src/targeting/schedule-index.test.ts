import fc from "fast-check";
import { expect, test } from "vitest";
import { hasBit } from "../bits/bitset.ts";
import { isWithinSchedule, ScheduleIndex } from "./schedule-index.ts";

const instants = fc.integer({ min: 0, max: 20 });
const schedules = fc
  .tuple(instants, fc.option(fc.integer({ min: 1, max: 10 })))
  .map(([startAtMs, durationMs]) => ({ startAtMs, endAtMs: durationMs === null ? null : startAtMs + durationMs }));
const rows = fc.array(fc.option(schedules, { nil: undefined, freq: 5 }), { maxLength: 70 });
const moves = fc.array(
  fc.oneof(fc.integer({ min: -2, max: 32 }), fc.constantFrom(Number.NaN, Infinity, -Infinity, 2 ** 53)),
  { maxLength: 12 },
);

test("whatever way time moves, the rows are those within their schedule; empty rows never are, also after storing", () => {
  fc.assert(
    fc.property(rows, moves, (given, timesMs) => {
      const index = ScheduleIndex.of(given);
      const loaded = ScheduleIndex.fromSections(index.toSections(), given.length);
      for (const atMs of timesMs) {
        const expected = given.map((schedule) => schedule !== undefined && isWithinSchedule(schedule, atMs));
        for (const form of [index, loaded]) {
          const within = form.rowsAt(atMs);
          expect(given.map((_, row) => hasBit(within, row))).toEqual(expected);
        }
      }
    }),
  );
});

test("storing does not depend on the instant that was asked for last", () => {
  const index = ScheduleIndex.of([{ startAtMs: 5, endAtMs: null }]);
  const before = index.toSections();
  index.rowsAt(9);
  expect(index.toSections()).toEqual(before);
});
