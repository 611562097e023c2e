import fc from "fast-check";
import { expect, test } from "vitest";
import { type OracleEvent, type OracleRow, oracleOf } from "../../test/window-oracle.ts";
import { count, distinct, max, min, sum } from "./aggregate.ts";
import type { WindowRow } from "./fold-plan.ts";
import type { TumblingWindow } from "./tumbling.ts";
import { Windows } from "./windows.ts";

const aggregates = {
  events: count(),
  total: sum("amount"),
  least: min("amount"),
  most: max("amount"),
  labels: distinct("label"),
};

const settings = fc.record({
  sizesMs: fc.constantFrom([10], [10, 40], [5, 20, 60]),
  outOfOrderMs: fc.constantFrom(0, 3, 15),
  graceMs: fc.constantFrom(0, 7, 25),
});

/** Times that drift forward, with stragglers: closed windows, grace and lateness all occur. */
const events: fc.Arbitrary<readonly OracleEvent[]> = fc
  .array(
    fc.record({
      key: fc.constantFrom("a", "b", "c"),
      step: fc.integer({ min: 0, max: 6 }),
      behind: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 60 })),
      amount: fc.integer({ min: -5, max: 9 }),
      label: fc.constantFrom("x", "y", "z"),
    }),
    { maxLength: 120 },
  )
  .map((drawn) => {
    let nowMs = 1_000;
    return drawn.map(({ key, step, behind, amount, label }) => {
      nowMs += step;
      return { key, timeMs: nowMs - behind, amount, label };
    });
  });

function runWindows(
  all: readonly OracleEvent[],
  window: Pick<TumblingWindow, "sizesMs" | "outOfOrderMs" | "graceMs">,
  cuts: readonly number[],
) {
  const stored = new Map<string, WindowRow>();
  const emissions: string[] = [];
  const late: number[] = [];
  const declared = { ...window, aggregates } as unknown as TumblingWindow;
  const open = (watermarkMs: number) =>
    new Windows("counts", declared, watermarkMs, ({ key, sizeMs, startMs, revision, table }) => {
      const { events: number, total } = table.valuesOf(key);
      emissions.push(`${sizeMs}/${startMs}/${key}/${revision}/${number}/${total}`);
    });
  let windows = open(Number.NEGATIVE_INFINITY);
  const commit = () => {
    for (const row of windows.takeChanged()) stored.set(`${row.sizeMs}/${row.startMs}/${row.key}`, row);
    windows.forget();
  };
  for (const [index, event] of all.entries()) {
    windows.advance(event.timeMs);
    if (windows.fold(event.key, event.timeMs, { ...event }) === "late") late.push(index);
    if (!cuts.includes(index)) continue;
    commit();
    // A take-over: everything in memory is lost.
    const { watermarkMs } = windows;
    windows = open(watermarkMs);
    windows.restore([...stored.values()].filter((row) => row.startMs + row.sizeMs > watermarkMs - window.graceMs));
  }
  commit();
  return { rows: [...stored.values()].sort(byPlace).map(readable), emissions, late };
}

function byPlace(one: WindowRow, other: WindowRow): number {
  return one.sizeMs - other.sizeMs || one.startMs - other.startMs || (one.key < other.key ? -1 : 1);
}

function readable({ sizeMs, startMs, key, revision, values }: WindowRow): OracleRow {
  const [number, total, least, most, labels] = values as [number, number, number, number, Record<string, number>];
  return { sizeMs, startMs, key, revision, events: number, total, least, most, labels: Object.keys(labels) };
}

test("rows, emissions and late events are those of a fold over all events, for chained windows too", () => {
  fc.assert(
    fc.property(settings, events, (window, all) => {
      expect(runWindows(all, window, [])).toEqual(oracleOf(all, window));
    }),
    { numRuns: 400 },
  );
});

test("a take-over after any event changes nothing", () => {
  const cuts = fc.array(fc.nat({ max: 120 }), { maxLength: 10 });
  fc.assert(
    fc.property(settings, events, cuts, (window, all, at) => {
      expect(runWindows(all, window, at)).toEqual(runWindows(all, window, []));
    }),
    { numRuns: 300 },
  );
});
