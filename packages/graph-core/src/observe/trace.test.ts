import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { graphOf, recipesOf } from "../../test/fixtures/random-graph.ts";
import { exampleGraph, exampleNode } from "../../test/fixtures/small-graph.ts";
import { STARTED_AT_MS, simulate } from "../../test/fixtures/traces.ts";
import { slot } from "../contract/slot.ts";
import { topologyOf } from "../graph/topology.ts";
import { topologyHash } from "../graph/topology-hash.ts";
import { traceToJson } from "./trace-json.ts";
import { criticalPathOf, slackOf } from "./trace-order.ts";
import { traceToPerfetto } from "./trace-perfetto.ts";
import { TraceRecord } from "./trace-record.ts";
import { traceToSpans } from "./trace-spans.ts";

const text = (name: string) => slot(name, z.string(), { owner: "team" });
const [Request, User, Ads, Scores, Answer, Log] = ["request", "user", "ads", "scores", "answer", "log"].map(
  text,
) as never as ReturnType<typeof text>[];
const slots = { Request, User, Ads, Scores, Answer, Log } as Record<string, ReturnType<typeof text>>;
const of = (...names: string[]) => names.map((name) => slots[name] as ReturnType<typeof text>);

/** user (10 ms) and ads (4 ms) run side by side; score takes ads, softly user; log is read by nobody. */
const topology = topologyOf(
  exampleGraph(
    {
      loadUser: exampleNode({ owner: "data", reads: of("Request"), writes: of("User"), onFailure: "omit" }),
      findAds: exampleNode({ owner: "retrieval", reads: of("Request"), writes: of("Ads") }),
      score: exampleNode({
        owner: "ranking",
        reads: of("Ads"),
        soft: of("User"),
        writes: of("Scores"),
        onFailure: { fallback: {} },
      }),
      answer: exampleNode({ owner: "serving", reads: of("Scores"), writes: of("Answer") }),
      note: exampleNode({ owner: "serving", reads: of("Ads"), writes: of("Log") }),
    },
    of("Answer"),
    { request: of("Request") },
  ),
);
const times: Readonly<Record<string, object>> = {
  loadUser: { durationMs: 10 },
  findAds: { durationMs: 4 },
  score: { durationMs: 3, waitMs: 2 },
  answer: { durationMs: 1 },
  note: { durationMs: 1 },
};
const trace = simulate(topology, (name) => times[name] ?? {});

test("a trace is shown with names, waiting, slack and the path that decided its end", () => {
  const shown = traceToJson(trace, topology);
  expect(shown).toMatchObject({
    format: "tenon.trace/2",
    graph: "example",
    topologyHash: topologyHash(topology),
    requestId: "request-1",
    startedAtMs: STARTED_AT_MS,
    durationMs: 16,
    failureCode: null,
    criticalPath: ["loadUser", "score", "answer"],
  });
  expect(
    shown.nodes.map(({ name, readyMs, waitMs, durationMs, slackMs, critical }) => [
      name,
      readyMs,
      waitMs,
      durationMs,
      slackMs,
      critical,
    ]),
  ).toEqual([
    ["loadUser", 0, 0, 10, 0, true],
    ["findAds", 0, 0, 4, 6, false],
    ["score", 10, 2, 3, 0, true],
    ["answer", 15, 0, 1, 0, true],
    ["note", 4, 0, 1, null, false],
  ]);
});

test("provenance tells for each slot which node gave it, how, and whether it was there", () => {
  const degraded = simulate(topology, (name) => ({
    ...times[name],
    ...(name === "loadUser" && { outcome: "timeout" }),
    ...(name === "score" && { outcome: "timeout" }),
  }));
  expect(traceToJson(degraded, topology).slots).toEqual([
    { key: "request", producer: "@request", outcome: "given", absent: false },
    { key: "user", producer: "loadUser", outcome: "timeout", absent: true },
    { key: "ads", producer: "findAds", outcome: "ok", absent: false },
    // Cut too, but its fallback took its place.
    { key: "scores", producer: "score", outcome: "timeout", absent: false },
    { key: "answer", producer: "answer", outcome: "ok", absent: false },
    { key: "log", producer: "note", outcome: "ok", absent: false },
  ]);
});

test("the path of a failed request ends at the node that failed", () => {
  const failed = simulate(topology, (name) =>
    name === "answer"
      ? { outcome: "notRun" }
      : name === "score"
        ? { durationMs: 1, outcome: "failed" }
        : (times[name] ?? {}),
  );
  failed.failureCode = "TENON1201";
  expect(traceToJson(failed, topology)).toMatchObject({
    failureCode: "TENON1201",
    criticalPath: ["loadUser", "score"],
  });
});

test("a trace of another graph is refused, by every export", () => {
  const other = new TraceRecord("example", "request-2", 0, 3);
  for (const export_ of [traceToJson, traceToPerfetto, traceToSpans]) {
    expect(() => export_(other, topology)).toThrow(
      'TENON1290 trace of request "request-2" does not belong to this topology',
    );
  }
});

test("retries are counted up to 255 and stay there", () => {
  const record = new TraceRecord("example", "request-3", 0, 1);
  for (let attempt = 0; attempt < 300; attempt += 1) record.countAttempt(0);
  expect(record.attempts[0]).toBe(255);
});

test("in the Chrome trace nodes of one track never overlap, and arrows join the critical path", () => {
  const { traceEvents, otherData } = traceToPerfetto(trace, topology);
  expect(otherData).toEqual({ requestId: "request-1", startedAtMs: STARTED_AT_MS });
  const slices = traceEvents.filter((event) => event.ph === "X");
  expect(slices.map(({ name, tid, ts, dur }) => [name, tid, ts, dur])).toEqual([
    ["loadUser", 0, 0, 10_000],
    ["findAds", 1, 0, 4_000],
    ["note", 1, 4_000, 1_000],
    ["score", 0, 12_000, 3_000],
    ["answer", 0, 15_000, 1_000],
  ]);
  expect(
    traceEvents.filter((event) => event.ph === "s" || event.ph === "f").map(({ ph, id, ts }) => [ph, id, ts]),
  ).toEqual([
    ["s", 0, 10_000],
    ["f", 0, 12_000],
    ["s", 1, 15_000],
    ["f", 1, 15_000],
  ]);
  expect(JSON.parse(JSON.stringify(traceEvents))).toEqual(traceEvents);
});

test("spans are the request and every node that ran, on the clock of the epoch", () => {
  const skipping = simulate(topology, (name) => ({
    ...times[name],
    ...(name === "loadUser" && { durationMs: 0, outcome: "skipped" }),
  }));
  skipping.sizeOut[1] = 40;
  const spans = traceToSpans(skipping, topology);
  expect(
    spans.map(({ name, parent, startMs, endMs, failed }) => [
      name,
      parent,
      startMs - STARTED_AT_MS,
      endMs - STARTED_AT_MS,
      failed,
    ]),
  ).toEqual([
    ["graph example", undefined, 0, 10, false],
    ["findAds", 0, 0, 4, false],
    ["score", 0, 6, 9, false],
    ["answer", 0, 9, 10, false],
    ["note", 0, 4, 5, false],
  ]);
  expect(spans[1]?.attributes).toEqual({
    "tenon.node": "findAds",
    "tenon.owner": "retrieval",
    "tenon.outcome": "ok",
    "tenon.wait_ms": 0,
    "tenon.retries": 0,
    "tenon.critical": true,
    "tenon.size_out": 40,
  });
});

test("property: the critical path explains the whole run, and slack is how much a node may be later", () => {
  const durations = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 25, maxLength: 25 });
  fc.assert(
    fc.property(recipesOf({ nodesMax: 25 }), durations, fc.nat(), (recipes, durationsMs, choice) => {
      const described = topologyOf(graphOf(recipes));
      const chosen = choice % recipes.length;
      const runWith = (extraMs: number) =>
        simulate(described, (_, at) => ({ durationMs: (durationsMs[at] ?? 0) + (at === chosen ? extraMs : 0) }));
      const answered = (record: TraceRecord) =>
        Math.max(
          0,
          ...described.slots
            .filter((one) => one.responded)
            .map((one) => record.end[described.nodes.findIndex((node) => node.name === one.producer)] ?? 0),
        );
      const record = runWith(0);
      const path = criticalPathOf(record, described);
      expect(path.reduce((sum, at) => sum + (durationsMs[at] ?? 0), 0)).toBe(answered(record));
      const slack = slackOf(record, described);
      for (const at of path) expect(slack[at]).toBe(0);
      const own = slack[chosen];
      if (own === undefined) return;
      expect(answered(runWith(own))).toBe(answered(record));
      expect(answered(runWith(own + 1))).toBe(answered(record) + 1);
    }),
  );
});
