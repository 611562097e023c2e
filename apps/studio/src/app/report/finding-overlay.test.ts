import { expect, test } from "vitest";
import { sampleReport } from "../../../testing/sample-report.ts";
import { graphLink, overlayOf } from "./finding-overlay.ts";

const report = sampleReport();
const finding = report.findings.find(({ node }) => node === "scoreBids");
const version = report.verdict.graphs.find(({ name }) => name === "ad-request");
const entry = { name: "ad-request", owner: "o", nodes: 1, purpose: null };
const indexOf = (...hashes: string[]) => ({ graphs: hashes.map((hash) => ({ ...entry, hash })) }) as never;

test("the version of the head, beside that of the base where it is another one", () => {
  const hash = version?.headHash ?? "";
  expect(graphLink(report, "ad-request", indexOf("other", hash), finding)).toEqual({
    ...{ view: "graph", graph: hash, with: undefined, level: "nodes" },
    ...{ finding: finding?.id, node: "scoreBids" },
  });
  const moved = structuredClone(report);
  for (const graph of moved.verdict.graphs) graph.baseHash = "before";
  expect(graphLink(moved, "ad-request", indexOf("before", hash))).toMatchObject({ graph: hash, with: "before" });
  expect(graphLink(moved, "ad-request", indexOf("newer"))).toMatchObject({ graph: "newer", with: undefined });
  expect(graphLink(report, "unknown", indexOf(hash))).toBeUndefined();
});

test("a finding marks where it begins and what it reaches; the report all of them", () => {
  const graph = { name: "ad-request", hash: version?.headHash ?? "" };
  const own = overlayOf(report, finding?.id, graph);
  expect(own?.nodes.get("scoreBids")).toBe("changed");
  expect([...(own?.nodes ?? [])].filter(([, change]) => change === "affected").map(([name]) => name)).toEqual(
    finding?.downstream.map(({ node }) => node),
  );
  expect(own).toMatchObject({
    note: undefined,
    sentence: `${finding?.id} begins at scoreBids; 11 affected behind it.`,
  });
  const all = overlayOf(report, undefined, graph);
  expect(all?.nodes.get("scoreBids")).toBe("changed");
  expect(overlayOf(report, finding?.id, { ...graph, name: "ad-offer" })).toBeUndefined();
  expect(overlayOf(report, finding?.id, { ...graph, hash: "newer" })?.note).toContain(graph.hash.slice(0, 12));
});
