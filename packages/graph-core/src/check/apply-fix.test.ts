import { expect, test } from "vitest";
import { applyFix, regionOf } from "./apply-fix.ts";

const fix = { place: { file: "a.ts", line: 2, column: 3 }, replace: '"wrong"', with: '"right"' };

test("the first occurrence from the place on is replaced, none before it", () => {
  expect(applyFix('f("wrong");\n  g("wrong", "wrong");\n', fix)).toBe('f("wrong");\n  g("right", "wrong");\n');
});

test("a text in which the mistake is gone stays as it is", () => {
  expect(applyFix('f("wrong");\n  g("right");\n', fix)).toBe('f("wrong");\n  g("right");\n');
});

test("a region over several lines has the right ends", () => {
  const region = regionOf({ ...fix, replace: '("wrong",\n   1)' }, 'f();\n  g("wrong",\n   1);\n');
  expect(region).toMatchObject({ startLine: 2, startColumn: 4, endLine: 3, endColumn: 6 });
});
