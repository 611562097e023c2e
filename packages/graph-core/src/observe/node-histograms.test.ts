import { expect, test } from "vitest";
import { z } from "zod";
import { adRequestGraph } from "../../test/fixtures/ad-request-graph.ts";
import { exampleGraph, exampleNode } from "../../test/fixtures/small-graph.ts";
import { simulate } from "../../test/fixtures/traces.ts";
import { drop } from "../contract/node.ts";
import { slot } from "../contract/slot.ts";
import { topologyOf } from "../graph/topology.ts";
import { CandidateBatch } from "../values/candidate-batch.ts";
import { IdColumn } from "../values/id-columns.ts";
import { NodeHistograms } from "./node-histograms.ts";
import { toPrometheus } from "./prometheus.ts";
import { ReasonLedger } from "./reason-ledger.ts";

const topology = topologyOf(adRequestGraph);
const positionOf = (name: string): number => topology.nodes.findIndex((node) => node.name === name);
const ordinary = () => simulate(topology, () => ({ durationMs: 2, waitMs: 0.5 }));

function ledgerOf(reasons: readonly string[], node = "capByFrequency"): ReasonLedger {
  const ledger = new ReasonLedger();
  const batch = CandidateBatch.of(IdColumn.from(reasons.map((_, at) => at + 1).concat(1_000)), {});
  ledger.stage(
    positionOf(node),
    batch,
    batch.select([reasons.length]),
    [...reasons.keys()],
    reasons.map((reason) => drop(reason)),
  );
  return ledger;
}

test("node figures come from traces: durations, waiting, outcomes", () => {
  const histograms = new NodeHistograms(topology);
  histograms.record(ordinary());
  histograms.record(
    simulate(topology, (name) => (name === "loadCounts" ? { durationMs: 8, outcome: "timeout" } : { durationMs: 2 })),
  );
  const counts = histograms.snapshot().nodes.find((node) => node.name === "loadCounts");
  expect(counts?.latency).toMatchObject({ count: 2, sumMs: 10, maxMs: 8 });
  expect(counts?.waitMs).toBe(0.5);
  expect(counts?.outcomes).toMatchObject({ ok: 1, timeout: 1, failed: 0 });
});

test("a node that was skipped or never started has an outcome but no duration", () => {
  const histograms = new NodeHistograms(topology);
  histograms.record(
    simulate(topology, (name) => ({
      durationMs: 1,
      ...(name === "loadOrganic" && { outcome: "skipped" }),
      ...(name === "blend" && { outcome: "notRun" }),
    })),
  );
  const { nodes } = histograms.snapshot();
  expect(nodes.find((node) => node.name === "loadOrganic")).toMatchObject({
    latency: { count: 0 },
    outcomes: { skipped: 1 },
  });
  expect(nodes.find((node) => node.name === "blend")).toMatchObject({ latency: { count: 0 }, outcomes: { notRun: 1 } });
});

test("running without a soft slot is counted at the reader, by slot", () => {
  const histograms = new NodeHistograms(topology);
  histograms.record(
    simulate(topology, (name) => ({ durationMs: 1, ...(name === "scoreFatigue" && { outcome: "omitted" }) })),
  );
  histograms.record(ordinary());
  expect(histograms.snapshot().nodes.find((node) => node.name === "capByFrequency")?.softAbsent).toEqual({
    fatigueScores: 1,
  });
});

test("a node that did not run did not do without anything", () => {
  const histograms = new NodeHistograms(topology);
  histograms.record(
    simulate(topology, (name) => ({
      durationMs: 1,
      ...(name === "scoreFatigue" && { outcome: "omitted" }),
      ...(name === "capByFrequency" && { outcome: "notRun" }),
    })),
  );
  expect(histograms.snapshot().nodes.find((node) => node.name === "capByFrequency")?.softAbsent).toEqual({});
});

test("drops are counted by stage and reason, and a breach of conservation is counted", () => {
  const histograms = new NodeHistograms(topology);
  histograms.record(ordinary(), ledgerOf(["frequency_capped", "frequency_capped", "paused"]));
  const broken = new ReasonLedger();
  const batch = CandidateBatch.of(IdColumn.from([1, 2, 3]), {});
  broken.stage(positionOf("capByFrequency"), batch, batch.select([0]), [1], [drop("paused")]);
  histograms.record(ordinary(), broken);
  const snapshot = histograms.snapshot();
  expect(snapshot.conservationErrors).toBe(1);
  expect(snapshot.nodes.find((node) => node.name === "capByFrequency")).toMatchObject({
    entered: 7,
    kept: 2,
    droppedFor: { frequency_capped: 2, paused: 2 },
  });
});

test("the number of distinct reasons is bounded: further ones are counted together", () => {
  const histograms = new NodeHistograms(topology);
  histograms.record(ordinary(), ledgerOf(Array.from({ length: 500 }, (_, at) => `reason ${at}`)));
  const reasons = histograms.snapshot().nodes.find((node) => node.name === "capByFrequency")?.droppedFor ?? {};
  expect(Object.keys(reasons)).toHaveLength(64);
  expect(reasons.other).toBe(500 - 63);
});

test("totals of two processes add up; those of another version of the graph are refused", () => {
  const [first, second] = [new NodeHistograms(topology), new NodeHistograms(topology)];
  for (const histograms of [first, second, second]) {
    histograms.record(ordinary(), ledgerOf(["paused"]));
    histograms.countRequest(30, "TENON1201");
  }
  first.add(second);
  const all = new NodeHistograms(topology);
  for (let time = 0; time < 3; time += 1) {
    all.record(ordinary(), ledgerOf(["paused"]));
    all.countRequest(30, "TENON1201");
  }
  expect(first.snapshot()).toEqual(all.snapshot());
  const other = topologyOf(exampleGraph({}, [], { name: "ad-request" }));
  expect(() => first.add(new NodeHistograms(other))).toThrow("TENON1291");
});

interface Parsed {
  readonly types: ReadonlyMap<string, string>;
  readonly samples: readonly {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

/** Reads the text exposition format 0.0.4; throws on a line that is not in it. */
function parse(text: string): Parsed {
  const types = new Map<string, string>();
  const helped = new Set<string>();
  const samples: Parsed["samples"][number][] = [];
  expect(text.endsWith("\n")).toBe(true);
  for (const line of text.slice(0, -1).split("\n")) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.*)$/.exec(line);
    if (comment !== null) {
      const [, kind, name = "", rest = ""] = comment;
      const seen = kind === "HELP" ? helped.has(name) : types.has(name);
      if (seen) throw new Error(`${kind} of ${name} twice`);
      if (kind === "HELP") helped.add(name);
      else types.set(name, rest);
      continue;
    }
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\n"])*",?)*)\})? (\S+)$/.exec(line);
    if (sample === null) throw new Error(`not a sample: ${line}`);
    const [, name = "", written = "", value = ""] = sample;
    const labels: Record<string, string> = {};
    for (const [, key = "", quoted = ""] of written.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\n"])*)"/g)) {
      labels[key] = quoted.replace(/\\([\\n"])/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
    }
    const family = name.replace(/_(bucket|sum|count)$/, "");
    if (!types.has(name) && types.get(family) !== "histogram") throw new Error(`${name} before its TYPE`);
    samples.push({ name, labels, value: value === "+Inf" ? Number.POSITIVE_INFINITY : Number(value) });
  }
  return { types, samples };
}

test("the Prometheus text parses back to the counted values", () => {
  const histograms = new NodeHistograms(topology);
  histograms.record(ordinary(), ledgerOf(["paused"]));
  histograms.countRequest(41.5);
  histograms.countRequest(100, "TENON1203");
  const host = {
    checkedRequests: 1,
    lateResults: 4,
    stillRunning: 2,
    shadowAgreements: 1,
    shadowDifferences: 0,
    shadowFailures: 0,
  };
  const { types, samples } = parse(toPrometheus([histograms.snapshot(host)]));
  const sampleOf = (name: string, labels: object) =>
    samples.find(
      (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )?.value;
  expect(types.get("tenon_node_latency_ms")).toBe("histogram");
  expect(sampleOf("tenon_node_latency_ms_sum", { node: "blend" })).toBe(2);
  expect(sampleOf("tenon_node_latency_ms_bucket", { node: "blend", le: "1.536" })).toBe(0);
  expect(sampleOf("tenon_node_latency_ms_bucket", { node: "blend", le: "2.048" })).toBe(1);
  expect(sampleOf("tenon_request_latency_ms_sum", { graph: "ad-request" })).toBe(141.5);
  expect(sampleOf("tenon_request_failures_total", { code: "TENON1203" })).toBe(1);
  expect(sampleOf("tenon_late_results_running", {})).toBe(2);
  expect(
    sampleOf("tenon_funnel_dropped_total", { stage: "capByFrequency", reason: "paused", owner: "ads-delivery" }),
  ).toBe(1);
  expect(sampleOf("tenon_funnel_conservation_errors_total", {})).toBe(0);
  expect(sampleOf("tenon_node_outcomes_total", { node: "blend", outcome: "ok" })).toBe(1);
});

test("buckets are cumulative, and the last one is the count", () => {
  const histograms = new NodeHistograms(topology);
  for (let time = 1; time <= 40; time += 1) histograms.countRequest(time * 90);
  const { samples } = parse(toPrometheus([histograms.snapshot()]));
  const buckets = samples
    .filter((sample) => sample.name === "tenon_request_latency_ms_bucket")
    .map((sample) => sample.value);
  expect([...buckets].sort((left, right) => left - right)).toEqual(buckets);
  expect(buckets.at(-1)).toBe(40);
  expect(samples.find((sample) => sample.name === "tenon_request_latency_ms_count")?.value).toBe(40);
});

test("names with quotes, backslashes and line breaks survive the text", () => {
  const odd = 'a "b"\\ \n c';
  const Odd = slot(odd, z.string(), { owner: odd });
  const histograms = new NodeHistograms(
    topologyOf(exampleGraph({ [odd]: exampleNode({ owner: odd, writes: [Odd] }) }, [Odd], { name: odd })),
  );
  histograms.countRequest(1, odd);
  const { samples } = parse(toPrometheus([histograms.snapshot()]));
  expect(samples.find((sample) => sample.name === "tenon_node_retries_total")?.labels).toEqual({
    graph: odd,
    node: odd,
    owner: odd,
  });
  expect(samples.find((sample) => sample.name === "tenon_request_failures_total")?.labels).toEqual({
    graph: odd,
    code: odd,
  });
});

test("several graphs share one declaration of each metric", () => {
  const other = topologyOf(exampleGraph({}, [], { name: "other" }));
  const text = toPrometheus([new NodeHistograms(topology).snapshot(), new NodeHistograms(other).snapshot()]);
  const graphs = new Set(parse(text).samples.map((sample) => sample.labels.graph));
  expect(graphs).toEqual(new Set(["ad-request", "other"]));
});
