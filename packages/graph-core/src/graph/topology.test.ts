import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { adRequestGraph } from "../../test/fixtures/ad-request-graph.ts";
import { graphOf, type NodeRecipe, recipesOf } from "../../test/fixtures/random-graph.ts";
import { type AnyNodeOptions, exampleGraph, exampleNode } from "../../test/fixtures/small-graph.ts";
import { slot } from "../contract/slot.ts";
import { REQUEST_END, RESPOND_END, type Topology, topologyOf } from "./topology.ts";
import { topologyHash } from "./topology-hash.ts";

const topology = topologyOf(adRequestGraph);
const nodeOf = (name: string, of: Topology = topology) => of.nodes.find((node) => node.name === name);

test("a topology is JSON: it survives a round trip unchanged", () => {
  expect(JSON.parse(JSON.stringify(topology))).toEqual(topology);
});

test("a topology is frozen at every depth", () => {
  const thawed: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    if (!Object.isFrozen(value)) thawed.push(path);
    for (const [key, part] of Object.entries(value)) walk(part, `${path}.${key}`);
  };
  walk(topology, "topology");
  expect(thawed).toEqual([]);
});

test("nodes stand in graph position order, shadows last", () => {
  expect(topology.nodes.map((node) => node.name).slice(0, 4)).toEqual([
    "parseContext",
    "checkConsent",
    "expand/loadProfile",
    "expand/expandUser",
  ]);
  expect(topology.nodes.at(-1)).toMatchObject({
    name: "predictClickNext",
    state: { kind: "shadow", of: "predictClick" },
  });
});

test("an edge leads from producer to reader for every read, soft read, condition and respond slot", () => {
  const into = (name: string) =>
    topology.edges.filter((edge) => edge.to === name).map(({ slot, from, as }) => `${from} ${slot} ${as}`);
  expect(into("retrieveByKeyword")).toEqual([
    `${REQUEST_END} adRequest reads`,
    "planRetrieval retrievalPlan reads",
    "parseContext isSearch when",
  ]);
  expect(into("expand/expandUser")).toEqual([
    "parseContext requestContext reads",
    "expand/loadProfile expand/userProfile soft",
  ]);
  expect(into(RESPOND_END)).toHaveLength(3);
  const uses = topology.nodes.reduce(
    (sum, { reads, soft, when }) => sum + reads.length + soft.length + (when === null ? 0 : 1),
    0,
  );
  expect(topology.edges).toHaveLength(uses + topology.respond.length);
});

test("a shadow reads but produces nothing", () => {
  expect(topology.edges.some((edge) => edge.from === "predictClickNext")).toBe(false);
  expect(topology.slots.find(({ key }) => key === "clickScores")?.producer).toBe("predictClick");
});

test("contracts are described by name: failure policy, retries, state, feature use", () => {
  expect(nodeOf("dropUnfunded")?.onFailure).toBe("dropAll");
  expect(nodeOf("paceOut")?.onFailure).toBe("keepAll");
  expect(nodeOf("loadCounts")?.onFailure).toBe("fallback");
  expect(nodeOf("blend")?.onFailure).toBe("failRequest");
  expect(nodeOf("expand/loadProfile")).toMatchObject({
    async: true,
    retriesMax: 1,
    subgraph: "expand",
    when: "personalisationAllowed",
  });
  expect(nodeOf("scoreFatigue")?.state).toEqual({
    kind: "deprecated",
    until: "2027-03-31",
    replacement: "capByFrequency",
  });
  expect(nodeOf("predictClick")?.scores).toEqual([{ snapshot: "features", features: "all", unlogged: null }]);
  expect(nodeOf("logFeatures")?.logs).toEqual([{ snapshot: "features", features: "all", unlogged: null }]);
});

test("slots come in the order of their producers, with readers and a fingerprint of 64 hex digits", () => {
  expect(topology.slots.slice(0, 3).map(({ key }) => key)).toEqual(["adRequest", "arms", "requestContext"]);
  expect(topology.slots.find(({ key }) => key === "expand/userProfile")).toMatchObject({
    name: "userProfile",
    owner: "ads-data",
    tags: { pii: true },
    readers: [{ node: "expand/expandUser", as: "soft" }],
  });
  for (const { fingerprint } of topology.slots) expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
});

test("a slot outside the value universe has no fingerprint, and is described all the same", () => {
  const odd = slot("odd", z.date() as never, { owner: "a" });
  const described = topologyOf(exampleGraph({ make: exampleNode({ reads: [], writes: [odd] }) }, [odd]));
  expect(described.slots.find(({ key }) => key === "odd")?.fingerprint).toBe(null);
});

test("resources are listed once, with all nodes that use them", () => {
  expect(topology.resources.find(({ name }) => name === "adIndex")).toMatchObject({
    methods: ["query", "nearest", "records"],
    readers: ["retrieveTargeted", "retrieveSimilar", "retrieveByKeyword", "loadForward"],
  });
  expect(topology.resources.find(({ name }) => name === "frequencyPolicy")?.methods).toBe(null);
});

test("the critical path is the longest chain of budgets", () => {
  expect(topology.criticalPath.budgetMs).toBe(66);
  expect(topology.criticalPath.nodes).toContain("expand/loadProfile");
});

test("a shadow is never on the critical path, however long it may take: nobody waits for it", () => {
  const made = slot("made", z.string(), { owner: "team" });
  const nodes = { make: exampleNode({ writes: [made], budgetMs: 2 }) };
  const shadows = { makeNext: { of: "make", node: exampleNode({ writes: [made], budgetMs: 50 }) } };
  expect(topologyOf(exampleGraph(nodes, [made], { shadows })).criticalPath).toEqual({ nodes: ["make"], budgetMs: 2 });
});

test("the hash does not see places, and sees every change of a contract", () => {
  const base: AnyNodeOptions = { reads: [], writes: [slot("a", z.string(), { owner: "x" })], budgetMs: 2 };
  const hashOf = (options: AnyNodeOptions): string =>
    topologyHash(topologyOf(exampleGraph({ make: exampleNode(options) }, options.writes)));
  const described = topologyOf(exampleGraph({ make: exampleNode(base) }, base.writes));
  const elsewhere = { file: "/elsewhere.ts", line: 1, column: 1 };
  const nodes = described.nodes.map((node) => ({ ...node, place: elsewhere }));
  expect(topologyHash({ ...described, nodes, graph: { ...described.graph, place: null } })).toBe(hashOf(base));
  const changes: AnyNodeOptions[] = [
    { ...base, budgetMs: 3 },
    { ...base, owner: "other" },
    { ...base, onFailure: "omit" },
    { ...base, purpose: "other" },
    { ...base, writes: [slot("a", z.number(), { owner: "x" })] },
    { ...base, writes: [slot("a", z.string(), { owner: "x", unit: "ms" })] },
    { ...base, writes: [slot("a", z.string(), { owner: "x", pii: true })] },
  ];
  const hashes = changes.map(hashOf);
  expect(new Set([hashOf(base), ...hashes]).size).toBe(changes.length + 1);
});

function longest(recipes: readonly NodeRecipe[], weightOf: (recipe: NodeRecipe) => number): number[] {
  const totals: number[] = [];
  for (const recipe of recipes) {
    const producers = [...recipe.reads, ...recipe.soft, ...(recipe.when === undefined ? [] : [recipe.when])];
    totals.push(weightOf(recipe) + Math.max(0, ...producers.filter((at) => at !== -1).map((at) => totals[at] ?? 0)));
  }
  return totals;
}

test("property: layers are longest paths, and the critical path is the largest sum of budgets", () => {
  fc.assert(
    fc.property(recipesOf({ nodesMax: 30 }), (recipes) => {
      const described = topologyOf(graphOf(recipes));
      const depths = longest(recipes, () => 1).map((depth) => depth - 1);
      described.layers.forEach((layer, depth) => {
        for (const name of layer) expect(depths[Number(name.slice(4))]).toBe(depth);
      });
      expect(described.layers.flat()).toHaveLength(recipes.length);
      const { nodes, budgetMs } = described.criticalPath;
      expect(budgetMs).toBe(Math.max(...longest(recipes, (recipe) => recipe.budgetMs ?? 0)));
      expect(nodes.reduce((sum, name) => sum + (recipes[Number(name.slice(4))]?.budgetMs ?? 0), 0)).toBe(budgetMs);
      for (const [at, name] of nodes.entries()) {
        const before = nodes[at - 1];
        if (before !== undefined)
          expect(described.edges.some((edge) => edge.from === before && edge.to === name)).toBe(true);
      }
    }),
  );
});

test("property: a graph with cycles is described too, every node in exactly one layer", () => {
  fc.assert(
    fc.property(recipesOf({ nodesMax: 20, cycles: true }), (recipes) => {
      const described = topologyOf(graphOf(recipes));
      expect(described.layers.flat().sort()).toEqual(recipes.map((_, at) => `node${at}`).sort());
    }),
  );
});
