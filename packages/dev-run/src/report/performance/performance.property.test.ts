import fc from "fast-check";
import { expect, test } from "vitest";
import type { MeasuredEntry, Question } from "../../versions/protocol.ts";
import type { ReportInput } from "../report-input.ts";
import { type PerformanceOptions, performance } from "./performance.ts";

/** ms of a node in one run; `round` counts from 0, which warms up. */
type Times = (side: "base" | "head", at: { readonly round: number; readonly entry: number }) => number;

/** Two versions of two graphs of one node each: `busy` with many runs, `rare` with few. */
function measured(runs: { readonly busy: number; readonly rare: number }, rareMs: Times, options: PerformanceOptions) {
  const names = ["busy", "rare"] as const;
  const places = names.flatMap((graph, corpus) =>
    Array.from({ length: runs[graph] }, (_, at) => ({ graph, place: { corpus, at } })),
  );
  const version = (side: "base" | "head") => {
    let round = -1;
    const each = ({ kind, entries }: Extract<Question, { kind: "measure" | "allocate" }>) => {
      if (kind === "allocate") return Promise.resolve(entries.map((place) => ({ place, bytes: 0, nodes: {} })));
      round++;
      const ms = ({ corpus, at }: { readonly corpus: number; readonly at: number }) =>
        corpus === 0 ? 1 : rareMs(side, { round, entry: at });
      const answers = entries.map(
        (place): MeasuredEntry => ({
          ...{ place, cpuMs: 1 },
          nodes: { [`${names[place.corpus]}Node`]: ms(place) },
        }),
      );
      return Promise.resolve(answers);
    };
    return { each, rounds: () => round };
  };
  const [baseVersion, headVersion] = [version("base"), version("head")];
  const ran = { failure: null };
  const graphs = names.map((name) => {
    const node = { name: `${name}Node`, owner: "ads-ranking", reads: [], writes: [], inputs: [] };
    const described = { topology: { graph: { owner: "ads-serving" }, edges: [] }, order: [node.name] };
    return { name, base: described, head: described, nodes: [{ ...node, base: {}, head: { async: false } }] };
  });
  const entries = places.map((each) => ({ ...each, base: ran, head: ran }));
  const compared = { graphs, entries, baseVersion, headVersion };
  const input = { compared, changes: [], code: { ofNode: () => [] }, gates: {}, seed: 1 } as unknown as ReportInput;
  return performance(input, options).then((report) => ({ ...report, rounds: headVersion.rounds() }));
}

const OPTIONS: PerformanceOptions = { rounds: 3, entriesMax: 10 };
const MANY = { busy: 12, rare: 10 };

/** What other processes and the collector add: now and then up to 8 ms, on either side. */
function interference(seed: number): () => number {
  let state = (seed >>> 0) + 1;
  const unit = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return () => 0.05 * unit() + (unit() < 0.15 ? 8 * unit() : 0);
}

test.each([1, 2, 3])("a slower node is found in a graph with %i runs among five hundred others", async (rare) => {
  const { drafts } = await measured({ busy: 500, rare }, (side) => (side === "head" ? 3 : 1), OPTIONS);
  expect(drafts.map(({ node, kind }) => ({ node, kind }))).toEqual([{ node: "rareNode", kind: "performance" }]);
});

test("whatever interferes: a node that is slower by twice its budget is found, and one that is not is not", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const noise = interference(seed);
      const same = await measured(MANY, () => 0.2 + noise(), OPTIONS);
      expect(same.drafts).toEqual([]);
      const slower = await measured(MANY, (side) => (side === "head" ? 1.2 : 0.2) + noise(), OPTIONS);
      expect(slower.drafts.map(({ node }) => node)).toEqual(["rareNode"]);
    }),
    { numRuns: 200 },
  );
});

test("rounds are added while an interval holds its budget, and not without end", async () => {
  // Half of the runs are slower, so that no number of rounds narrows the interval.
  const wide: Times = (side, { entry }) => (side === "head" && entry % 2 === 0 ? 1.5 : 0.6);
  expect((await measured(MANY, () => 1, OPTIONS)).rounds).toBe(3);
  expect((await measured(MANY, wide, OPTIONS)).rounds).toBe(15);
  expect((await measured(MANY, wide, { ...OPTIONS, rounds: 20 })).rounds).toBe(20);
});

test("what one side met in the first rounds alone is no finding", async () => {
  const late: Times = (side, { round }) => (side === "head" && round <= 3 ? 3 : 1);
  const { drafts, section } = await measured(MANY, late, OPTIONS);
  expect(drafts).toEqual([]);
  expect(section.rows.every(({ flagged }) => !flagged)).toBe(true);
});
