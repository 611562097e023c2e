import { expect, test } from "vitest";
import { z } from "zod";
import { compileGraph } from "../compile/compile-graph.ts";
import { drop, filter, node } from "../contract/node.ts";
import { slot } from "../contract/slot.ts";
import { createExecutor } from "../execute/executor.ts";
import { graph } from "../graph/graph.ts";
import { topologyOf } from "../graph/topology.ts";
import { CandidateBatch } from "../values/candidate-batch.ts";
import { IdColumn } from "../values/id-columns.ts";
import { candidateBatchSchema } from "../values/schema-kinds.ts";
import { verdictText } from "./ledger-json.ts";
import { NodeHistograms } from "./node-histograms.ts";
import { traceToJson } from "./trace-json.ts";

const Ids = slot("ids", z.array(z.int()), { owner: "ads-serving" });
const Found = slot("found", candidateBatchSchema({}), { owner: "ads-retrieval" });
const Limit = slot("limit", z.int(), { owner: "ads-delivery" });
const Kept = slot("kept", candidateBatchSchema({}), { owner: "ads-delivery" });
const Count = slot("count", z.int(), { owner: "ads-serving" });

const adGraph = graph({
  name: "small-ad-request",
  owner: "ads-serving",
  request: [Ids],
  nodes: {
    find: node({
      owner: "ads-retrieval",
      purpose: "finds ads",
      reads: [Ids],
      writes: [Found],
      run: ({ ids }) => ({ found: CandidateBatch.of(IdColumn.from(ids), {}) }),
    }),
    loadLimit: node({
      owner: "ads-delivery",
      purpose: "fails on purpose",
      reads: [Ids],
      writes: [Limit],
      onFailure: "omit",
      run: () => {
        throw new Error("no limit today");
      },
    }),
    cap: filter({
      owner: "ads-delivery",
      purpose: "drops large ids",
      of: Found,
      soft: [Limit],
      kept: Kept,
      run:
        ({ found, limit = 12 }) =>
        (row) =>
          found.ids.at(row) > limit ? drop("over_limit", limit, found.ids.at(row)) : undefined,
    }),
    count: node({
      owner: "ads-serving",
      purpose: "counts what is left",
      reads: [Kept],
      writes: [Count],
      run: ({ kept }) => ({ count: kept.size }),
    }),
  },
  respond: [Count],
});

test("a checked run leaves a trace and a ledger that tell what happened, to whom and why", () => {
  const executor = createExecutor(compileGraph(adGraph), { resources: {} });
  const topology = topologyOf(adGraph);
  const context = executor.begin({ requestId: "request-1", checked: true });
  expect(executor.execute({ ids: [11, 12, 13] }, context)).toEqual({ count: 2 });

  const trace = context.trace;
  if (trace === undefined) throw new Error("a checked run has a trace");
  const shown = traceToJson(trace, topology);
  expect(shown.nodes.map(({ name, outcome }) => [name, outcome])).toEqual([
    ["find", "ok"],
    ["loadLimit", "omitted"],
    ["cap", "ok"],
    ["count", "ok"],
  ]);
  expect(shown.criticalPath.at(-1)).toBe("count");
  expect(shown.slots.find(({ key }) => key === "limit")).toMatchObject({
    producer: "loadLimit",
    outcome: "omitted",
    absent: true,
  });
  for (const { readyMs, startMs, endMs } of shown.nodes) expect(readyMs <= startMs && startMs <= endMs).toBe(true);

  expect(context.ledger.toJson(topology)).toMatchObject({ entered: 3, kept: 2, dropped: 1, conserved: true });
  expect(verdictText(context.ledger.explain(13), topology)).toBe(
    'candidate 13 was dropped by "cap" (owner ads-delivery): over_limit, 13 against 12',
  );

  const histograms = new NodeHistograms(topology);
  histograms.record(trace, context.ledger);
  const cap = histograms.snapshot(executor.counts).nodes[2];
  expect(cap).toMatchObject({ softAbsent: { limit: 1 }, entered: 3, kept: 2, droppedFor: { over_limit: 1 } });
});
