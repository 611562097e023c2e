import { ServableDocumentSchema } from "@tenon/ads-model";
import { expect, test } from "vitest";
import type { z } from "zod";
import { AdDocumentRow } from "./document-row.ts";
import { SERVABLE_FIELDS } from "./servable-fields.ts";

/** Paths to everything that is no object, read off the schema. */
function leavesOf(schema: z.ZodType, path: string): readonly string[] {
  const { type, innerType, shape } = schema._zod.def as unknown as {
    readonly type: string;
    readonly innerType?: z.ZodType;
    readonly shape?: Readonly<Record<string, z.ZodType>>;
  };
  if (type === "nullable") return leavesOf(innerType as z.ZodType, path);
  if (type !== "object") return [path];
  return Object.entries(shape ?? {}).flatMap(([name, member]) =>
    leavesOf(member, path === "" ? name : `${path}.${name}`),
  );
}

const leaves = leavesOf(ServableDocumentSchema, "");

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
