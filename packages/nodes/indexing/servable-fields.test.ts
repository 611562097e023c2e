import { expect, test } from "vitest";
import { AdDocumentRow } from "./document-row.ts";
import { SERVABLE_FIELDS } from "./servable-fields.ts";
import { SERVABLE_LEAVES } from "./servable-leaves.ts";

const leaves = SERVABLE_LEAVES;

test("every leaf of a servable document has one place, and there is no place for anything else", () => {
  expect([...SERVABLE_FIELDS.keys()].toSorted()).toEqual([...leaves].toSorted());
  expect(leaves.length).toBeGreaterThanOrEqual(60);
});

test("every place is a column of its group, and the group has an owner and a class", () => {
  for (const [leaf, { group, column }] of SERVABLE_FIELDS) {
    const declared = AdDocumentRow.groups.find(({ name }) => name === group);
    expect(
      declared?.columns.map(({ name }) => name),
      leaf,
    ).toContain(column);
    expect(declared?.owner, leaf).toMatch(/^ads-/);
    expect(["control", "content"], leaf).toContain(declared?.class);
  }
});

test("every column of the document but source times, digests and verdicts is somebody's leaf", () => {
  const placed = new Set([...SERVABLE_FIELDS.values()].map(({ group, column }) => `${group}.${column}`));
  const columns = AdDocumentRow.columns.filter(({ type }) => type !== "bytes");
  const besides = columns.filter(({ group, name }) => !placed.has(`${group}.${name}`)).map(({ name }) => name);
  const times = AdDocumentRow.groups.filter(({ blob }) => !blob).map(({ name }) => `${name}SourceAtMs`);
  expect(besides.toSorted()).toEqual(
    ["documentDigest", "isServable", "missing", ...times.filter((name) => name !== "servableSourceAtMs")].toSorted(),
  );
});
