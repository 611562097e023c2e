/**
 * The checks do a fixed amount of work per node: steps are counted, not seconds. A step is one execution of a block of the
 * checker's own code, as the engine's coverage counts them; searches through arrays count by the length searched.
 */
import { Session } from "node:inspector/promises";
import { expect, test } from "vitest";
import { age, clicks, schemaOf, snapshotSlot } from "../../test/support/features.ts";
import { booleanSlot, numberSlot, step, wired } from "../../test/support/wired.ts";
import { filter } from "../contract/node.ts";
import { type AnySlot, slot } from "../contract/slot.ts";
import type { Graph } from "../graph/graph.ts";
import { candidateBatchSchema, columnSchema } from "../values/schema-kinds.ts";
import { checkGraph } from "./check-graph.ts";

/** Nodes of every kind that a rule looks at, in long chains, with reads far back, and a mistake in every fiftieth. */
function largeGraph(nodeCount: number): Graph {
  const everywhere = numberSlot("everywhere", { pii: true, purpose: ["delivery"] });
  const Ads = slot("ads", candidateBatchSchema({}), { owner: "team-ads" });
  const snapshots = schemaOf(age, clicks);
  const slots: AnySlot[] = [numberSlot("s0")];
  const conditions: AnySlot[] = [booleanSlot("c0")];
  const batches: AnySlot[] = [Ads];
  const nodes: Record<string, unknown> = {};
  for (let index = 1; index <= nodeCount; index += 1) {
    const previous = slots.at(-1) as AnySlot;
    const half = slots[Math.floor(slots.length / 2)] as AnySlot;
    const name = `n${index}`;
    const contract: Record<string, unknown> = { reads: [previous, everywhere], processesFor: "delivery", budgetMs: 1 };
    if (half !== previous) contract.soft = [half];
    if (index % 7 === 0) contract.onFailure = "omit";
    if (index % 11 === 0) contract.when = conditions.at(-1);
    if (index % 13 === 0) contract.columns = [{ table: "t", watches: [`x${index - 13}`], writes: [`x${index}`] }];
    if (index % 50 === 0) contract.reads = [previous, numberSlot(`missing${index}`), everywhere];
    let written: AnySlot = numberSlot(`s${index}`, index % 17 === 0 ? { leaves: "log", follows: [previous] } : {});
    if (index % 19 === 0)
      written = slot(`s${index}`, columnSchema("f64", { of: batches.at(-1) as AnySlot }), { owner: "team-c" });
    if (index % 23 === 0) {
      const Features = snapshotSlot(`f${index}`, snapshots);
      nodes[`${name}Assemble`] = step("team-f", { reads: [previous], writes: [Features], processesFor: "delivery" });
      contract.reads = [...(contract.reads as AnySlot[]), Features];
      contract[index % 2 === 0 ? "scores" : "logs"] =
        index % 2 === 0 ? { snapshot: Features, features: "all" } : [{ snapshot: Features, features: "all" }];
    }
    if (index % 29 === 0) {
      const next = booleanSlot(`c${index}`);
      nodes[`${name}Decide`] = step("team-d", {
        reads: [previous],
        when: conditions.at(-1),
        writes: [next],
        processesFor: "delivery",
      });
      conditions.push(next);
    }
    if (index % 31 === 0) {
      const kept = slot(`b${index}`, candidateBatchSchema({}), { owner: "team-b" });
      nodes[`${name}Filter`] = filter({
        owner: "team-b",
        purpose: "drops",
        of: batches.at(-1),
        kept,
        run: () => () => undefined,
      } as never);
      batches.push(kept);
    }
    nodes[name] = step("team-n", { ...contract, writes: [written] });
    slots.push(written);
  }
  return wired({
    request: [slots[0] as AnySlot, conditions[0] as AnySlot, everywhere, Ads],
    nodes,
    deadlineMs: nodeCount / 2,
    deprecated: { n5: { until: "2020-01-01", replacement: "n6" } },
    respond: [slots.at(-1) as AnySlot, batches.at(-1) as AnySlot],
  });
}

/** Counts from here on: code that ran before has no counters, so this comes before the first check. */
async function stepCounter(): Promise<(work: () => void) => Promise<number>> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  return async (work) => {
    await session.post("Profiler.takePreciseCoverage");
    const searched = countSearches(work);
    const { result } = await session.post("Profiler.takePreciseCoverage");
    const own = result.filter(({ url }) => /\/src\/(?:check|graph|schema)\//.test(url) && !url.includes(".test."));
    const ranges = own.flatMap(({ functions }) => functions).flatMap((each) => each.ranges);
    return ranges.reduce((sum, range) => sum + range.count, searched);
  };
}

const SEARCHES = ["includes", "indexOf", "lastIndexOf", "concat", "slice"] as const;

/** Elements that the engine's own searches and copies went over, which no counter of ours sees. */
function countSearches(work: () => void): number {
  let searched = 0;
  const plain = SEARCHES.map((name) => Array.prototype[name]);
  for (const [index, name] of SEARCHES.entries()) {
    // biome-ignore lint/suspicious/noExplicitAny: stands in for methods of different types
    (Array.prototype as any)[name] = function (this: unknown[], ...given: unknown[]) {
      searched += this.length;
      return (plain[index] as unknown as (...all: unknown[]) => unknown).apply(this, given);
    };
  }
  try {
    work();
  } finally {
    for (const [index, name] of SEARCHES.entries()) Object.assign(Array.prototype, { [name]: plain[index] });
  }
  return searched;
}

test("5,000 nodes take four times the steps of 1,250, within a tenth", { timeout: 60_000 }, async () => {
  const small = largeGraph(1_250);
  const large = largeGraph(5_000);
  const countSteps = await stepCounter();
  // The first check of each reads its schemas; counted is what every further check does.
  expect(checkGraph(small).length).toBeGreaterThan(100);
  expect(checkGraph(large).length).toBeGreaterThan(400);
  const fewer = await countSteps(() => checkGraph(small));
  const more = await countSteps(() => checkGraph(large));
  expect(fewer).toBeGreaterThan(500_000);
  expect(more / fewer).toBeLessThan(4.4);
});
