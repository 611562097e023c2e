import fc from "fast-check";
import { expect, test } from "vitest";
import type { CohortRun } from "../cohort-document.ts";
import { MARKS } from "../words.ts";
import { cohortSentence, compareCohorts, RUNS_MIN } from "./compare-cohorts.ts";
import { runFilter } from "./run-filter.ts";

const names = {
  nodes: ["rank", "cap"],
  stages: [{ node: "cap", owner: "ads-delivery" }],
  fates: ["shown", "kept", "capped", "paced"],
};
const facts = {
  ...{ startedAtMs: 0, durationMs: 5, surface: "search", country: "DE", objectives: ["clicks"] },
  ...{ verdict: "shown" as const, shown: 1 },
};
const run = (entered: number, capped: number, ms = 1): CohortRun => ({
  ...{ requestId: "r", facts },
  nodes: [[ms, 0, MARKS.ran], null],
  stages: [[0, entered, 2, capped]],
});
const many = (count: number, make: (at: number) => CohortRun) => Array.from({ length: count }, (_, at) => make(at));

test("shares are of candidates, their uncertainty of requests: one odd request is no difference", () => {
  const [here, there] = [many(20, (at) => run(100, 20 + (at % 3))), many(20, (at) => run(100, 10 + (at % 3)))];
  const { shares } = compareCohorts(here, there, names);
  expect(shares.map(({ reason }) => reason)).toEqual([null, "capped"]);
  expect(shares[1]).toMatchObject({ here: { count: 419, of: 2_000 }, standsOut: true });
  expect(shares[1]?.difference).toBeCloseTo(0.1, 9);
  expect(shares[1]?.halfWidth).toBeLessThan(0.01);
  // The same sum, all of it from one request.
  const odd = compareCohorts(
    many(20, (at) => run(100, at === 0 ? 100 : 16)),
    many(20, () => run(100, 16)),
    names,
  );
  expect(odd.shares[1]).toMatchObject({ standsOut: false });
  expect(cohortSentence(odd, 20, 20)).toBe("20 requests against 20: nothing differs beyond chance.");
});

test("times are compared by their medians, and stand out only when far and sure", () => {
  const slow = compareCohorts(
    many(20, (at) => run(1, 0, 2 + (at % 2) / 10)),
    many(20, (at) => run(1, 0, 1 + (at % 2) / 10)),
    names,
  );
  expect(slow.times[0]).toMatchObject({ standsOut: true, here: { runs: 20, p50Ms: 2, p99Ms: 2.1 }, ratio: 2 });
  expect(slow.times[1]).toMatchObject({ standsOut: false, ratio: null, here: { runs: 0 } });
  expect(cohortSentence(slow, 20, 20)).toBe("20 requests against 20. 1 node takes another time.");
  const near = compareCohorts(
    many(20, () => run(1, 0, 1.1)),
    many(20, () => run(1, 0, 1)),
    names,
  );
  expect(near.times[0]?.standsOut).toBe(false);
});

test("few runs tell nothing, and no run at all is said", () => {
  const few = compareCohorts(
    many(RUNS_MIN - 1, () => run(9, 9)),
    many(50, () => run(9, 0)),
    names,
  );
  expect(few.shares.some(({ standsOut }) => standsOut)).toBe(false);
  expect(cohortSentence(few, RUNS_MIN - 1, 50)).toContain("too few to tell a difference from chance");
  expect(
    cohortSentence(
      compareCohorts(
        [],
        many(9, () => run(1, 0)),
        names,
      ),
      0,
      9,
    ),
  ).toBe("No request is meant on the left.");
});

test("of cohorts that were dealt by chance, hardly any difference stands out", () => {
  let looked = 0;
  let found = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 50, max: 150 }), fc.integer({ min: 0, max: 50 }), fc.boolean()), {
        minLength: 60,
        maxLength: 60,
      }),
      (all) => {
        const side = (left: boolean) =>
          all.filter(([, , own]) => own === left).map(([entered, capped]) => run(entered, capped));
        const { shares } = compareCohorts(side(true), side(false), names);
        looked += shares.length;
        found += shares.filter(({ standsOut }) => standsOut).length;
      },
    ),
    { numRuns: 500 },
  );
  expect(looked).toBeGreaterThan(900);
  expect(found / looked).toBeLessThan(0.01);
});

test.each([
  ["surface:search country:de", true],
  ["surface:search -country:DE", false],
  ["objective:clicks verdict:shown took<6ms shown>=1", true],
  ["verdict:empty", false],
  ["last:10m", true],
  ["last:10s", false],
  ["after:1970-01-01T00:00:00Z before:1970-01-01T00:00:01Z", true],
  ["before:1970-01-01T00:00:00Z", false],
  ["r", true],
  ["", true],
])("the filter %s", (text, means) => {
  const { means: meant, wrong } = runFilter(text, 60_000);
  expect([meant({ requestId: "R-1", facts }), wrong]).toEqual([means, []]);
});

test("a word that is none is named, and means no run", () => {
  for (const text of ["colour:red", "verdict:late", "last:soon", "after:noon", "surface:"]) {
    const { means, wrong } = runFilter(text, 0);
    expect([means({ requestId: "r", facts }), wrong]).toEqual([false, [text]]);
  }
});
