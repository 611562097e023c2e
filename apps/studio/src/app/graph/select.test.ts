import { topologyOf } from "@tenon/graph-core";
import { adRequest } from "@tenon/graphs";
import { expect, test } from "vitest";
import { graphDocument } from "../../data/build/graph-document.ts";
import type { GraphDocument } from "../../data/graph-document.ts";
import { compareGraphs } from "./compare-graphs.ts";
import { type Facts, select } from "./select.ts";

const graph = graphDocument(topologyOf(adRequest));
const facts: Readonly<Record<string, Facts>> = {
  predictClicks: { p99Ms: 6, selfMs: 4, critical: true },
  pace: { p99Ms: 0.004, dropShare: 0.5, changed: true },
  rankLight: { p99Ms: 5, waitMs: 2, failed: true },
};
const chosen = (query: string) => [...(select(graph, query, (node) => facts[node] ?? {}) ?? [])];

test("nothing asked chooses nothing", () => expect(select(graph, "  ", () => ({}))).toBeUndefined());

test.each([
  ["owner:ads-auction", ["scoreBids", "dropBelowFloor", "dedupeAdvertisers", "pickWinners", "priceWinners"]],
  ["writes:lightScores", ["rankLight"]],
  ["uses:clickModel", ["predictClicks"]],
  ["p99>5ms", ["predictClicks"]],
  ["p99>=5ms", ["rankLight", "predictClicks"]],
  ["p99<=4µs", ["pace"]],
  ["drops>10%", ["pace"]],
  ["wait>1", ["rankLight"]],
  ["changed", ["pace"]],
  ["critical", ["predictClicks"]],
  ["failed", ["rankLight"]],
  ["owner:ads-ranking logged", ["assembleLightFeatures", "assembleFeatures"]],
  ["owner:ads-auction -winners", ["scoreBids", "dropBelowFloor", "dedupeAdvertisers"]],
  ["no-such-thing", []],
])("%s", (query, names) => {
  expect(chosen(query)).toEqual(names);
});

test("with everything before, after, both", () => {
  expect(chosen("reads:trimmedAds+").length).toBeGreaterThan(chosen("reads:trimmedAds").length);
  const [before, after, both] = ["+rankLight", "rankLight+", "+rankLight+"].map((query) => new Set(chosen(query)));
  expect(before?.has("mergeCandidates") && !before.has("pickWinners")).toBe(true);
  expect(after?.has("pickWinners") && !after.has("mergeCandidates")).toBe(true);
  expect(both).toEqual(new Set([...(before ?? []), ...(after ?? [])]));
});

test("two versions: added, removed, changed; another place in the code is no change", () => {
  const head: GraphDocument = {
    ...graph,
    nodes: graph.nodes
      .filter(({ name }) => name !== "pace")
      .map((node): GraphDocument["nodes"][number] =>
        node.name === "rankLight" ? { ...node, budgetMs: 99 } : { ...node, place: { file: "else.ts", line: 1 } },
      )
      .concat([{ ...(graph.nodes[0] as (typeof graph.nodes)[number]), name: "fresh" }]),
  };
  const { sentence, nodes, differences } = compareGraphs(graph, head);
  expect([...nodes]).toEqual([
    ["rankLight", "changed"],
    ["fresh", "added"],
    ["pace", "removed"],
  ]);
  expect(differences[0]?.words).toEqual([expect.stringMatching(/^budgetMs \d+ → 99$/)]);
  expect(sentence).toBe("Nodes: 1 added, 1 removed, 1 changed.");
  expect(compareGraphs(graph, graph).sentence).toBe("Nothing differs between the two versions.");
});
