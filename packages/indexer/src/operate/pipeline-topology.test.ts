import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import * as tasks from "@tenon/graphs/tasks";
import { expect, test } from "vitest";
import { PIPELINE_STOPS, pipelineTopology } from "./pipeline-topology.ts";

const PARTS = {
  tasks: [tasks.gatewayChangesTask, tasks.gatewaySignalsTask, tasks.updaterHigh, tasks.updaterMedium, tasks.updaterLow],
  handlers: ARGUS_HANDLERS,
};
const topology = pipelineTopology(PARTS);
const between = (from: string, to: string) =>
  topology.edges.filter((edge) => edge.from === from && edge.to === to).map(({ slot }) => slot);

test("every task and handler is a node with its owner, and hangs on the source and on what is served", () => {
  const names = [...PARTS.tasks, ...PARTS.handlers].map(({ name, owner }) => [name, owner]);
  const nodes = new Map(topology.nodes.map(({ name, owner }) => [name, owner]));
  for (const [name = "", owner] of names) expect(nodes.get(name), name).toBe(owner);
  expect(nodes.size).toBe(names.length + Object.keys(PIPELINE_STOPS).length);
  const reached = (start: string, way: "from" | "to") => {
    const found = new Set([start]);
    for (const at of found)
      for (const edge of topology.edges) if (edge[way] === at) found.add(edge[way === "from" ? "to" : "from"]);
    return found;
  };
  for (const name of nodes.keys()) {
    expect(reached(name, "to"), `${name} from the source`).toContain("@request");
    expect(reached(name, "from"), `${name} to what is served`).toContain("@respond");
  }
});

test("edges are what is declared: topics between tasks, columns between handlers", () => {
  expect(between("gateway-changes", "updater-high")).toEqual(["entity-updates-high of gateway-changes"]);
  expect(between("gateway-signals", "updater-high")).toEqual(["entity-updates-high of gateway-signals"]);
  expect(between("change-log", "gateway-changes")).toEqual(["source-changes of change-log"]);
  expect(between("serving-terms", "ad-offer")).toEqual(["ad_group.terms of serving-terms"]);
  expect(between("ad-offer", "servable")).toEqual(["ad_document.offer of ad-offer"]);
  expect(between("change-feed", "servable")).toEqual(["ad.settings of change-feed"]);
  expect(between("ad-offer", "serving-terms")).toEqual([]);
});

test("it is plain data, and a node stands below what it reads", () => {
  expect(JSON.parse(JSON.stringify(topology))).toEqual(topology);
  const depth = new Map(topology.layers.flatMap((layer, at) => layer.map((name) => [name, at] as const)));
  for (const { from, to } of topology.edges)
    if (!from.startsWith("@") && !to.startsWith("@"))
      expect(depth.get(from), `${from} ${to}`).toBeLessThan(depth.get(to) as number);
});
