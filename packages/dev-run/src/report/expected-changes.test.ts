import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { judge, readExpectedChanges } from "./expected-changes.ts";
import type { Draft } from "./findings/value-findings.ts";
import type { Field } from "./report-schema.ts";

const field = (more: Partial<Field> = {}): Field => ({
  ...{
    slot: "price",
    path: "micros",
    type: "number",
    entriesCompared: 2,
    entriesChanged: 1,
    cellsCompared: 2,
    cellsChanged: 1,
  },
  ...{
    cellsOnlyInBase: 0,
    cellsOnlyInHead: 0,
    noiseRate: 0,
    netRate: 0.5,
    nullRateBase: 0,
    nullRateHead: 0,
    psi: 0,
    ks: 0,
  },
  ...{ topChurn: null, absoluteErrorMax: 1, relativeErrorMax: 0.05, tolerance: "exact", firstNode: "pricing" },
  examples: [{ requestId: "r", row: "", base: 20, head: 21 }],
  ...more,
});
const draft = (fields: Field[] = [field()]): Draft => ({
  ...{
    kind: "values",
    severity: "review",
    title: "",
    graph: "g",
    node: "pricing",
    owner: "team",
    place: null,
    causes: [],
  },
  ...{ entriesAffected: 1, entriesCompared: 2, downstream: [], effect: [], fields, fieldsMore: 0, examples: [] },
});
const TODAY = "2026-06-01";
const expecting = (more: object) => ({
  expect: [{ field: "price.micros", direction: "any" as const, ...more }],
  ignore: [],
});

test("a finding that is expected turns green", () => {
  const { drafts, expected } = judge([draft()], expecting({ direction: "up", bound: 0.1 }), TODAY);
  expect(drafts.map(({ severity }) => severity)).toEqual(["expected"]);
  expect(expected[0]?.draft).toBe(drafts[0]);
});

test.each([
  ["the other direction", { direction: "down" }],
  ["beyond its bound", { bound: 0.01 }],
  ["another field", { field: "price.currency" }],
])("%s is not what was expected: the finding stays, and the expectation is one too", (_, more) => {
  const { drafts } = judge([draft()], expecting(more), TODAY);
  expect(drafts.map(({ kind, severity }) => [kind, severity])).toEqual([
    ["values", "review"],
    ["expectation", "review"],
  ]);
});

test("an ignored field is left out until its day, and not after it", () => {
  const ignore = [{ field: "price.micros", owner: "team", reason: "clock of the vendor", until: "2026-06-01" }];
  const { drafts, ignored } = judge([draft()], { expect: [], ignore }, TODAY);
  expect(drafts).toEqual([]);
  expect(ignored[0]?.applied).toBe(1);
  expect(judge([draft()], { expect: [], ignore }, "2026-06-02").drafts).toHaveLength(1);
});

test("a finding with other fields keeps them when one is ignored", () => {
  const ignore = [{ field: "price.micros", owner: "team", reason: "r", until: "2026-12-31" }];
  const { drafts } = judge([draft([field(), field({ path: "currency" })])], { expect: [], ignore }, TODAY);
  expect(drafts[0]?.fields.map(({ path }) => path)).toEqual(["currency"]);
});

test("a file of another form is refused with its place, one that is not there expects nothing", () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-expect-"));
  try {
    const path = join(folder, "changes.expect.json");
    expect(readExpectedChanges(path)).toEqual({ expect: [], ignore: [] });
    writeFileSync(path, '{ "expect": { "field": "x" } }');
    expect(() => readExpectedChanges(path)).toThrow(expect.objectContaining({ code: "TENON2037", category: "input" }));
    writeFileSync(path, "{ broken");
    expect(() => readExpectedChanges(path)).toThrow(expect.objectContaining({ code: "TENON2037" }));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("an expectation is met by the finding that begins at the field, not by one that only reaches it", () => {
  const reached = { ...draft([field({ firstNode: "billing" })]), node: "pricing" };
  const { drafts, expected } = judge([reached], expecting({}), TODAY);
  expect(expected[0]?.draft).toBeUndefined();
  expect(drafts.map(({ kind, severity }) => [kind, severity])).toEqual([
    ["values", "review"],
    ["expectation", "review"],
  ]);
});
