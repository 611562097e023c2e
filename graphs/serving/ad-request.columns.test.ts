/** What nodes declare of the columns they read is what they read: the lineage of a served field rests on it. */

import { INDEX_TABLE } from "@tenon/ad-index";
import { type Graph, topologyOf } from "@tenon/graph-core";
import { ADS_TABLE, LIGHT_FEATURES, RANK_FEATURES, RETRIEVED_AD_COLUMN_TYPES } from "@tenon/nodes";
import { expect, test } from "vitest";
import { traceColumns } from "../testing/column-trace.ts";
import { HARSH } from "../testing/marketplace-world.ts";
import { adRequest } from "./ad-request.graph.ts";

const { nodes } = topologyOf(adRequest as Graph);
const isAdColumn = (name: string) => Object.hasOwn(RETRIEVED_AD_COLUMN_TYPES, name);
const table = (entries: readonly (readonly [string, readonly string[]])[]) =>
  Object.fromEntries(
    entries.filter(([, columns]) => columns.length > 0).map(([node, columns]) => [node, columns.toSorted()]),
  );

test("every node reads the columns of candidates that its contract names, and no others", {
  timeout: 60_000,
}, async () => {
  const asked = await traceColumns(HARSH, 40);
  // It makes the batch of what the sources found: what it reads of theirs are not yet the columns it writes.
  const ofOthers = [...asked].filter(([node]) => node !== "attachForwardColumns");
  const read = table(ofOthers.map(([node, columns]) => [node, [...columns].filter(isAdColumn)]));
  const declared = table(
    nodes.map(({ name, columns }) => [
      name,
      columns.flatMap((use) => (use.table === ADS_TABLE ? (use.reads ?? []) : [])),
    ]),
  );
  expect(Object.keys(read).length).toBeGreaterThan(15);
  expect(declared).toEqual(read);
});

test("every node that asks the index says what it asks", () => {
  const asking = nodes.filter(({ uses }) => uses.includes("adIndex")).map(({ name }) => name);
  const saying = nodes
    .filter(({ columns }) => columns.some((use) => use.table === INDEX_TABLE))
    .map(({ name }) => name);
  expect(saying).toEqual(asking);
});

test("features are made of the columns that their assembler reads, its own or those of what it is given", () => {
  const declaredBy = (name: string) =>
    nodes.filter((node) => node.name === name).flatMap(({ columns }) => columns.flatMap((use) => use.reads ?? []));
  const given = declaredBy("matchCategories");
  for (const [assembler, schema] of [
    ["assembleLightFeatures", LIGHT_FEATURES],
    ["assembleFeatures", RANK_FEATURES],
  ] as const) {
    const madeOf = new Set(schema.features.flatMap(({ from = [] }) => from));
    const read = declaredBy(assembler);
    expect([...madeOf].toSorted(), assembler).toEqual([...new Set([...read, ...given])].toSorted());
  }
});
