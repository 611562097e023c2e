import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Graph } from "@tenon/graph-core";
import { SERVABLE_FIELDS } from "@tenon/nodes";
import { expect, test } from "vitest";
import { checkLineage } from "./check-lineage.ts";
import { declared } from "./testing/declared.ts";

const reviewed = readFileSync(
  join(import.meta.dirname, "../../../../graphs/topology/servable-document.lineage.txt"),
  "utf8",
);
const told = (parts: Partial<typeof declared>, options = {}) =>
  checkLineage({ ...declared, ...parts }, { reviewed, ...options }).map(({ code, severity, message }) => [
    code,
    severity,
    message,
  ]);
const without = (...names: readonly string[]) => declared.handlers.filter(({ name }) => !names.includes(name));

test("what this repository declares has no finding", () => {
  expect(told({})).toEqual([]);
});

test("a handler that is gone is named with its owner, the fields that nobody makes, and a node that reads one", () => {
  expect(told({ handlers: without("ad-offer") })).toEqual([
    [
      "TENON1670",
      "error",
      'handler "ad-offer" (owner ads-auction) no longer produces group "offer" of entity "ad_document" (owner ads-auction): nothing makes "ad.objective", "ad.bid", "ad.floorMicros" and 1 more, which node "ad-request.predictClicks" (owner ads-ranking) reads',
    ],
  ]);
  const [finding] = checkLineage({ ...declared, handlers: without("ad-offer") });
  expect(finding?.message).toContain('no handler produces group "offer"');
  expect(finding?.secondary).toContainEqual(
    expect.objectContaining({ kind: "node", name: "ad-request.scoreBids", owner: "ads-auction" }),
  );
});

test("a handler that still runs, and stops producing a group, is found all the same", () => {
  const handlers = declared.handlers.map((each) => (each.name === "ad-targeting" ? { ...each, produces: [] } : each));
  expect(told({ handlers })[0]?.slice(0, 2)).toEqual(["TENON1670", "error"]);
  expect(told({ handlers })[0]?.[2]).toContain('handler "ad-targeting" (owner ads-retrieval) no longer produces group');
});

test("a group that no node reads is served with nothing in it", () => {
  expect(told({ handlers: without("ad-landing") })).toEqual([
    [
      "TENON1671",
      "error",
      'handler "ad-landing" (owner ads-serving) no longer produces group "landing" of entity "ad_document" (owner ads-serving): nothing makes "signals.landing.state", "signals.landing.httpStatus", "signals.landing.loadMs" and 1 more',
    ],
  ]);
});

test("a leaf without a column, or with one that is not there", () => {
  const fields = new Map([...SERVABLE_FIELDS, ["ad.title", { group: "creative", column: "headline" }] as const]);
  fields.delete("ad.brand");
  expect(told({}, { fields }).map(([code, , message]) => [code, message])).toEqual([
    ["TENON1671", 'leaf "ad.brand" of the servable document is in no column of entity "ad_document" (owner ads-data)'],
    [
      "TENON1671",
      'leaf "ad.title" of the servable document is said to be in column "creative.headline", which is not there of entity "ad_document" (owner ads-data)',
    ],
  ]);
});

test("a handler whose input nobody writes", () => {
  expect(told({ handlers: without("serving-terms") })).toEqual([
    [
      "TENON1673",
      "error",
      'handler "ad-offer" (owner ads-auction) reads column "ad_group.terms.chargeMaxMicros", "ad_group.terms.termsSourceAtMs" (owner ads-retrieval), which no update and no handler writes',
    ],
  ]);
});

test("a node that reads what the index does not hold", () => {
  const graphs = declared.graphs.map((graph) => {
    if (graph.name !== "ad-request") return graph;
    const { loadAdRecords, ...nodes } = graph.nodes as unknown as Record<string, { readonly definition: object }>;
    const columns = [{ table: "adIndex", reads: ["record.imageUrl"] }];
    return {
      ...graph,
      nodes: { ...nodes, loadAdRecords: { ...loadAdRecords, definition: { ...loadAdRecords?.definition, columns } } },
    };
  });
  expect(told({ graphs: graphs as unknown as readonly Graph[] })).toEqual([
    [
      "TENON1673",
      "error",
      'node "loadAdRecords" (owner ads-serving) reads "record.imageUrl" of the ad index, which no leaf of a document fills',
    ],
  ]);
});

test("a source that no handler reads any more is a warning to the owner of its group", () => {
  const handlers = declared.handlers.map((each) =>
    each.name === "ad-image"
      ? {
          ...each,
          inputs: each.inputs.filter(
            ({ read }) => !read.columns.some(({ name }: { name: string }) => name === "width"),
          ),
        }
      : each,
  );
  const findings = told({ handlers });
  expect(findings).toContainEqual([
    "TENON1672",
    "warning",
    'source column "image.width" (owner ads-data) feeds nothing: creative.image.width (owner ads-blending) goes into no served leaf',
  ]);
  expect(findings.every(([code]) => code === "TENON1672")).toBe(true);
});

test("a project that makes no documents is not judged", () => {
  expect(checkLineage({ ...declared, handlers: [] })).toEqual([]);
});
