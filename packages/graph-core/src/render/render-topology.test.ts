import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { z } from "zod";
import { adRequestGraph } from "../../test/fixtures/ad-request-graph.ts";
import { graphOf } from "../../test/fixtures/random-graph.ts";
import { exampleGraph, exampleNode } from "../../test/fixtures/small-graph.ts";
import { slot } from "../contract/slot.ts";
import { topologyOf } from "../graph/topology.ts";
import { topologyHash } from "../graph/topology-hash.ts";
import { renderTopology, type TopologyFormat } from "./render-topology.ts";

const topology = topologyOf(adRequestGraph);
const golden = (name: string): string => `../../test/golden/render/${name}`;
const FORMATS: readonly TopologyFormat[] = ["text", "json", "mermaid", "svg", "html"];

/** Names and words that mean something in every output format. */
const HOSTILE = `</script><script>alert("1")</script>&'<!-- ]]> #quot; end \u0000`;
const hostile = topologyOf(
  exampleGraph(
    {
      [HOSTILE]: exampleNode({
        owner: HOSTILE,
        purpose: HOSTILE,
        writes: [slot(HOSTILE, z.string(), { owner: HOSTILE, unit: HOSTILE })],
      }),
    },
    [slot(HOSTILE, z.string(), { owner: HOSTILE })],
    { name: HOSTILE, owner: HOSTILE, purpose: HOSTILE },
  ),
);

test("the text of the ad request graph is as reviewed", async () => {
  await expect(renderTopology(topology, "text")).toMatchFileSnapshot(golden("ad-request.topology.txt"));
});

test("the Mermaid text of the ad request graph is as reviewed", async () => {
  await expect(renderTopology(topology, "mermaid")).toMatchFileSnapshot(golden("ad-request.mmd"));
});

test("the drawing of the ad request graph is as reviewed", async () => {
  await expect(renderTopology(topology, "svg")).toMatchFileSnapshot(golden("ad-request.svg"));
});

test("every format is the same bytes each time", () => {
  for (const format of FORMATS)
    expect(renderTopology(topologyOf(adRequestGraph), format)).toBe(renderTopology(topology, format));
});

const Given = slot("given", z.string(), { owner: "team" });
const Made = slot("made", z.string(), { owner: "team" });
const Late = slot("late", z.string(), { owner: "team" });

test("one change of a contract changes one line of the text", () => {
  const textWith = (budgetMs: number, more: object = {}): string[] => {
    const nodes = {
      make: exampleNode({ reads: [Given], writes: [Made], budgetMs: 1 }),
      other: exampleNode({ reads: [Made], writes: [Late], budgetMs, ...more }),
    };
    return renderTopology(topologyOf(exampleGraph(nodes, [Made], { request: [Given] })), "text").split("\n");
  };
  const changed = (left: string[], right: string[]) => left.filter((line, at) => line !== right[at]);
  expect(changed(textWith(0), textWith(0, { onFailure: "omit" }))).toEqual(["node other (team): made -> late [0 ms]"]);
  expect(changed(textWith(0), textWith(0, { reads: [Given] }))).toEqual(["node other (team): made -> late [0 ms]"]);
});

test("the text of a node shows soft reads, condition, resources, promises and state", () => {
  const lines = renderTopology(topology, "text").split("\n");
  expect(lines).toContain(
    "filter capByFrequency (ads-delivery): servableCandidates, userCounts, fatigueScores? -> cappedCandidates [2 ms] uses frequencyPolicy",
  );
  expect(lines).toContain(
    "node expand/loadProfile (ads-data): adRequest, consent -> expand/userProfile [6 ms, async, retry 1, omit] when personalisationAllowed uses profileStore",
  );
  expect(lines).toContain(
    "map predictClickNext (ads-ranking): trimmedCandidates, features -> clickScores [8 ms, shadow of predictClick] uses clickModelNext",
  );
});

test("places are relative to the root, and left out without one", () => {
  const here = import.meta.dirname.slice(0, import.meta.dirname.indexOf("/packages/"));
  const [withRoot, without] = [renderTopology(topology, "json", { root: here }), renderTopology(topology, "json")];
  expect(JSON.parse(withRoot).graph.place.file).toBe("packages/graph-core/test/fixtures/ad-request-graph.ts");
  expect(JSON.parse(without).graph.place).toBe(null);
  for (const format of FORMATS)
    expect(renderTopology(topology, format, { root: `${here}/packages` })).not.toContain(here);
});

test("the manifest holds the topology, its hash and where each box and line is drawn", () => {
  const manifest = JSON.parse(renderTopology(topology, "json"));
  expect(manifest).toMatchObject({
    format: "tenon.topology/1",
    hash: topologyHash(topology),
    request: ["adRequest", "arms"],
  });
  expect(Object.keys(manifest.drawing.boxes)).toHaveLength(topology.nodes.length + 2);
  expect(manifest.drawing.boxes.blend).toEqual({
    x: expect.any(Number),
    y: expect.any(Number),
    width: expect.any(Number),
    height: 44,
  });
});

/** Names of elements that are not closed or closed wrongly; markup only, text is skipped. */
function unbalanced(markup: string): readonly string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, closing, name, attributes, selfClosing] of markup.matchAll(
    /<(\/?)([A-Za-z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
  )) {
    if (closing === "/") {
      if (open.pop() !== name) wrong.push(`</${name}>`);
    } else if (selfClosing !== "/") open.push(name ?? "");
    if (attributes?.includes("&") && /&(?!(?:amp|lt|gt|quot|#\d+);)/.test(attributes)) wrong.push(attributes);
  }
  const tags = markup.match(/</g)?.length ?? 0;
  const parsed = markup.match(/<(\/?)([A-Za-z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g)?.length ?? 0;
  return tags === parsed ? [...wrong, ...open] : [...wrong, ...open, `${tags - parsed} stray "<"`];
}

test("the drawing is well-formed, whatever names occur", () => {
  expect(unbalanced(renderTopology(topology, "svg"))).toEqual([]);
  expect(unbalanced(renderTopology(hostile, "svg"))).toEqual([]);
  expect(renderTopology(hostile, "svg")).not.toContain("\u0000");
});

test("the drawing holds no script and refers to nothing outside", () => {
  for (const svg of [renderTopology(topology, "svg"), renderTopology(hostile, "svg")]) {
    expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(
      /<script|<image|<use|<foreignObject|\shref=|url\(|@import|https?:|\son\w+=/i,
    );
  }
});

test("the page's policy allows nothing but its own styles and script, by hash, and it refers to nothing outside", () => {
  const html = renderTopology(hostile, "html");
  const hashes = (tag: string) =>
    [...html.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, "g"))].map(
      ([, text = ""]) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`,
    );
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
  expect(policy.split("; ")).toEqual([
    "default-src 'none'",
    `style-src ${hashes("style").join(" ")}`,
    `script-src ${hashes("script").join(" ")}`,
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  expect(html).not.toMatch(/\sstyle="|\son\w+="|<link|<img|<iframe/i);
  expect(html.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:/);
});

test("a name cannot end the page's data block or add markup", () => {
  const html = renderTopology(hostile, "html");
  const [, data = ""] = /<script type="application\/json" id="topology">([\s\S]*?)<\/script>/.exec(html) ?? [];
  expect(JSON.parse(data).nodes[0].name).toBe(HOSTILE);
  expect(html).not.toContain("<script>alert");
});

test("Mermaid text keeps names inside quotes", () => {
  for (const line of renderTopology(hostile, "mermaid").split("\n")) {
    expect(line.match(/"/g)?.length ?? 0, line).toSatisfy((quotes: number) => quotes % 2 === 0);
    expect(line).not.toMatch(/<script|&|'/);
  }
});

test("Mermaid text stays within what hosts accept, at any size and density", () => {
  for (const [count, readsMax] of [
    [1, 1],
    [10, 2],
    [60, 12],
    [100, 2],
    [1_000, 2],
  ] as const) {
    const recipes = Array.from({ length: count }, (_, at) => ({
      reads: [...new Set(Array.from({ length: readsMax }, (_, read) => Math.max(-1, at - 1 - 2 * read)))],
      soft: [],
      when: undefined,
      budgetMs: 1,
      owner: `owner${at % 9}`,
    }));
    const text = renderTopology(topologyOf(graphOf(recipes)), "mermaid");
    expect(text.length).toBeLessThanOrEqual(45_000);
    expect(text.match(/-->|-\.->/g)?.length ?? 0).toBeLessThanOrEqual(480);
  }
});

test("Mermaid text gives up its labels before its nodes", () => {
  const long = Array.from({ length: 60 }, (_, at) => slot(`slot${at}`.padEnd(120, "x"), z.string(), { owner: "team" }));
  const nodes = long.map((made, at) => [
    `node${at}`,
    exampleNode({ reads: long.slice(Math.max(0, at - 7), at), writes: [made] }),
  ]);
  const text = renderTopology(topologyOf(exampleGraph(Object.fromEntries(nodes), [])), "mermaid");
  expect(text.length).toBeLessThanOrEqual(45_000);
  expect(text).toContain("n_node58 --> n_node59");
  expect(text).not.toContain("xxx");
});

test("a graph without nodes is rendered in every format", () => {
  const empty = topologyOf(exampleGraph({}, [], { request: [] }));
  for (const format of FORMATS) expect(renderTopology(empty, format)).toContain("example");
});
