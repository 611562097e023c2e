import type { Profiler } from "node:inspector";
import { expect, test } from "vitest";
import { sharesOf } from "./shares.ts";

const FOLDER = "file:///anywhere/tenon";
const EXECUTOR = `${FOLDER}/packages/graph-core/src/execute/executor.ts`;
const HOST = `${FOLDER}/packages/admixer/src/host/ad-mixer.ts`;
const SINK = `${FOLDER}/packages/admixer/src/sink/segment-file-sink.ts`;
const SERVER = `${FOLDER}/packages/admixer/src/server/http-server.ts`;
const CHECK = `${FOLDER}/packages/graph-core/src/schema/freeze.ts`;
const MODEL = `${FOLDER}/packages/model-serving/src/trees.ts`;
const NODE = `${FOLDER}/packages/nodes/ranking/predict-clicks/predict-clicks.ts`;
const SHARED = `${FOLDER}/packages/nodes/ranking/shared/feature-columns.ts`;
/** Code from strings: no address. */
const GENERATED = "";

/** A profile with one sample per stack; stacks from the bottom up, as `url` or an engine's own frame in brackets. */
function profileOf(...stacks: readonly (readonly string[])[]): Profiler.Profile {
  const nodes: Profiler.ProfileNode[] = [{ id: 1, callFrame: frame("(root)"), children: [] }];
  const samples = stacks.map((stack) => {
    let parent = nodes[0] as Profiler.ProfileNode;
    for (const url of stack) {
      const child: Profiler.ProfileNode = { id: nodes.length + 1, callFrame: frame(url), children: [] };
      nodes.push(child);
      parent.children?.push(child.id);
      parent = child;
    }
    return parent.id;
  });
  return { nodes, samples, startTime: 0, endTime: 1, timeDeltas: samples.map(() => 1) };
}

function frame(url: string) {
  const isEngine = url.startsWith("(");
  return {
    functionName: isEngine ? url : "work",
    url: isEngine ? "" : url,
    scriptId: isEngine ? "0" : "7",
    lineNumber: 0,
    columnNumber: 0,
  };
}

test("a node has what it calls, shared code, models and generated checks alike", () => {
  const under = [HOST, EXECUTOR, GENERATED, NODE];
  const { nodes, layers } = sharesOf(profileOf(under, [...under, SHARED], [...under, MODEL], [...under, GENERATED]));
  expect(nodes).toEqual({ "ranking/predict-clicks": 4 });
  expect(layers).toEqual({});
});

test("the plan, its continuations without a caller, and what the executor calls are the framework", () => {
  const { nodes, layers } = sharesOf(
    profileOf([HOST, EXECUTOR], [HOST, EXECUTOR, GENERATED], [GENERATED], [HOST, EXECUTOR, CHECK]),
  );
  expect(nodes).toEqual({});
  expect(layers).toEqual({ framework: 4 });
});

test("code that works for its caller counts for it: encoders for the sink, checks for the host, sockets for HTTP", () => {
  const { layers } = sharesOf(
    profileOf(
      [SERVER, HOST, SINK, GENERATED],
      [SERVER, HOST, SINK, "node:fs"],
      [SERVER, HOST, GENERATED],
      [SERVER, "(native)"],
      ["node:_http_server"],
    ),
  );
  expect(layers).toEqual({ "log sink": 2, host: 1, "http and json": 2 });
});

test("idling, collecting and native code are told apart, wherever they stand", () => {
  const { layers } = sharesOf(profileOf(["(idle)"], ["(program)"], [HOST, "(garbage collector)"]));
  expect(layers).toEqual({ idle: 1, "native outside JavaScript": 1, "garbage collector": 1 });
});

test("a stage's shared folder is no node, and its name does not stand for one", () => {
  const { nodes, layers } = sharesOf(profileOf([SHARED]));
  expect(nodes).toEqual({});
  expect(layers).toEqual({ other: 1 });
});

test("places are named by file and line and say for whom they work", () => {
  const { hottest } = sharesOf(profileOf([NODE, SHARED], [NODE, SHARED], [SERVER], ["(idle)"]));
  expect(hottest).toEqual([
    {
      place: "work packages/nodes/ranking/shared/feature-columns.ts:1",
      samples: 2,
      worksFor: "ranking/predict-clicks",
    },
    { place: "work packages/admixer/src/server/http-server.ts:1", samples: 1, worksFor: "http and json" },
  ]);
});

test("the plan's lines that call a node, a verdict or what runs nodes are not the framework's; its own lines are", () => {
  const plan = [
    "(function anonymous(nodes,$",
    ") {",
    "const r4 = n4({ a: s1 }, ctx);",
    "const drop = verdict(row);",
    "s2 = r4.b;",
  ];
  const profile = profileOf([HOST, EXECUTOR, GENERATED]);
  const leaf = profile.nodes.at(-1) as Profiler.ProfileNode;
  leaf.hitCount = 4;
  leaf.positionTicks = [
    { line: 3, ticks: 1 },
    { line: 4, ticks: 1 },
    { line: 5, ticks: 2 },
  ];
  const samples = [leaf.id, leaf.id, leaf.id, leaf.id];
  const { layers } = sharesOf({ ...profile, samples }, new Map([["7", plan.join("\n")]]));
  expect(layers).toEqual({ framework: 2, "nodes at their call": 2 });
});
