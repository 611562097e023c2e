import fc from "fast-check";
import { expect, test } from "vitest";
import { hasBit } from "../bits/bitset.ts";
import { isWithinSchedule, ScheduleIndex } from "./schedule-index.ts";

const instants = fc.integer({ min: 0, max: 20 });
const schedules = fc
  .tuple(instants, fc.option(fc.integer({ min: 1, max: 10 })))
  .map(([startAtMs, durationMs]) => ({ startAtMs, endAtMs: durationMs === null ? null : startAtMs + durationMs }));

test("whatever way time moves, the rows are those within their schedule", () => {
  const moves = fc.array(
    fc.oneof(fc.integer({ min: -2, max: 32 }), fc.constantFrom(Number.NaN, Infinity, -Infinity, 2 ** 53)),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(fc.array(schedules, { maxLength: 70 }), moves, (given, timesMs) => {
      const index = new ScheduleIndex(given);
      for (const atMs of timesMs) {
        const rows = index.rowsAt(atMs);
        expect(given.map((_, row) => hasBit(rows, row))).toEqual(
          given.map((schedule) => isWithinSchedule(schedule, atMs)),
        );
      }
    }),
  );
});
