import { expect, test } from "vitest";
import { typeErrorsIn } from "./type-diagnostics.ts";

test("errors are read with the lines that belong to them, and other lines are left out", () => {
  const output = [
    "packages/nodes/a/a.ts(3,14): error TS2322: Type 'string' is not assignable to type 'number'.",
    "  The expected type comes from property 'hours'",
    "    which is declared here.",
    "",
    "Found 2 errors.",
    "graphs/b.graph.ts(10,1): error TS2739: missing properties",
  ].join("\r\n");
  expect(typeErrorsIn(output)).toEqual([
    {
      file: "packages/nodes/a/a.ts",
      line: 3,
      column: 14,
      code: "TS2322",
      message: "Type 'string' is not assignable to type 'number'.",
      more: ["The expected type comes from property 'hours'", "which is declared here."],
    },
    { file: "graphs/b.graph.ts", line: 10, column: 1, code: "TS2739", message: "missing properties", more: [] },
  ]);
});

test("an output without errors has none", () => {
  expect(typeErrorsIn("")).toEqual([]);
  expect(typeErrorsIn("Version 7.0.2\n")).toEqual([]);
});
