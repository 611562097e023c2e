import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SourceTree } from "./source-tree.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tenon-tree-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const FILES = {
  "package.json": '{ "workspaces": ["packages/*"] }',
  "packages/money/package.json": '{ "name": "@shop/money", "exports": { ".": { "@tenon/source": "./index.ts" } } }',
  "packages/money/index.ts":
    'export { tax } from "./tax.ts";\nexport * from "./round.ts";\nexport type { Unit } from "./unit.ts";',
  "packages/money/tax.ts": "export const tax = 0.2;",
  "packages/money/round.ts": "export const round = (value: number): number => Math.round(value);",
  "packages/money/unit.ts": "export type Unit = string;",
  "packages/nodes/package.json": '{ "name": "@shop/nodes" }',
  "packages/nodes/price.ts":
    'import { tax } from "@shop/money";\nimport { base } from "./base.ts";\nexport const price = base * (1 + tax);',
  "packages/nodes/base.ts": "export const base = 3;",
  "packages/nodes/whole.ts": 'import { round } from "@shop/money";\nexport const whole = round(3.4);',
};

function write(files: Readonly<Record<string, string>>): SourceTree {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return new SourceTree(root);
}

test("a package that hands names on is followed by name", () => {
  const tree = write(FILES);
  expect([...tree.sourcesOf("packages/nodes/price.ts").keys()].sort()).toEqual([
    "packages/money/tax.ts",
    "packages/nodes/base.ts",
    "packages/nodes/price.ts",
  ]);
  expect([...tree.sourcesOf("packages/nodes/whole.ts").keys()].sort()).toEqual([
    "packages/money/round.ts",
    "packages/nodes/whole.ts",
  ]);
});

test("comments, blanks and types are no change; a word is", () => {
  const before = write(FILES).codeOf("packages/nodes/whole.ts");
  const same = "// to the unit\nexport const round = (value:   number) => Math.round(value);";
  expect(write({ "packages/money/round.ts": same }).codeOf("packages/nodes/whole.ts")).toBe(before);
  const other = "export const round = (value: number): number => Math.floor(value);";
  expect(write({ "packages/money/round.ts": other }).codeOf("packages/nodes/whole.ts")).not.toBe(before);
});

test("what a node does not use is no part of its code, and a file that moved with its text is the same code", () => {
  const before = write(FILES).codeOf("packages/nodes/price.ts");
  expect(write({ "packages/money/round.ts": "export const round = 0;" }).codeOf("packages/nodes/price.ts")).toBe(
    before,
  );
  const moved = { "packages/nodes/shared/base.ts": FILES["packages/nodes/base.ts"] };
  const price = FILES["packages/nodes/price.ts"];
  const importer = { "packages/nodes/price.ts": price.replace("./base.ts", "./shared/base.ts") };
  const digests = [
    ...write({ ...moved, ...importer })
      .sourcesOf("packages/nodes/price.ts")
      .values(),
  ];
  expect(digests).toContain(write(FILES).sourcesOf("packages/nodes/base.ts").get("packages/nodes/base.ts"));
});

test("modules that import each other end, and a file that is not there is nothing", () => {
  const tree = write({
    ...FILES,
    "packages/nodes/one.ts": 'import { two } from "./two.ts";\nexport const one = () => two;',
    "packages/nodes/two.ts": 'import { one } from "./one.ts";\nexport const two = () => one;',
  });
  expect([...tree.sourcesOf("packages/nodes/one.ts").keys()]).toHaveLength(2);
  expect(tree.sourcesOf("packages/nodes/none.ts").size).toBe(0);
});
