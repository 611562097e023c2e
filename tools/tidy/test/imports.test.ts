import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { coreArrows, libraryHomes, workspaceArrows } from "../src/imports/arrows.ts";
import { checkImports, type ImportReport } from "../src/imports/check-imports.ts";
import { importRules } from "../src/imports/rules.ts";
import { repositoryFiles, root, workspaces } from "../src/repository.ts";

const trees: string[] = [];
afterAll(() => {
  for (const tree of trees) rmSync(tree, { recursive: true });
});

/** Writes a small repository with the same folders as ours, and checks it. */
async function checkTree(files: Readonly<Record<string, string>>): Promise<ImportReport> {
  const tree = mkdtempSync(join(tmpdir(), "tenon-imports-"));
  trees.push(tree);
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  };
  for (const library of ["immer", "zod", "left-pad", "@fastify/swagger"]) {
    write(
      `node_modules/${library}/package.json`,
      JSON.stringify({ name: library, version: "1.0.0", main: "index.js" }),
    );
    write(`node_modules/${library}/index.js`, "module.exports = {};");
  }
  for (const name of ["graph-core", "ad-index", "ads-model"]) {
    const exports = { ".": { "@tenon/source": "./src/index.ts" }, "./api": { "@tenon/source": "./src/api.ts" } };
    write(`packages/${name}/package.json`, JSON.stringify({ name: `@tenon/${name}`, exports }));
    write(`packages/${name}/src/index.ts`, "export const one = 1;\n");
    write(`packages/${name}/src/api.ts`, "export interface Api { readonly one: 1 }\nexport const api = 1;\n");
    mkdirSync(join(tree, "node_modules/@tenon"), { recursive: true });
    symlinkSync(join(tree, "packages", name), join(tree, "node_modules/@tenon", name));
  }
  for (const [path, text] of Object.entries(files)) write(path, text);
  return checkImports(tree, [...new Set(Object.keys(files).map((path) => path.split("/")[0] ?? ""))]);
}

const importing = (module: string): string => `import * as it from "${module}";\nexport { it };\n`;

/** For each rule a file that breaks it, and what the file imports. */
const plants: Record<string, { readonly from: string; readonly files: Record<string, string> }> = {
  "nodes-read-interfaces": plant("packages/nodes/retrieval/reaches-in/a.ts", "@tenon/ad-index"),
  "node-imports-node": plant("packages/nodes/retrieval/copies/a.ts", "../../ranking/rank/rank.ts", {
    "packages/nodes/ranking/rank/rank.ts": "export const rank = 1;\n",
  }),
  "shared-imports-node": plant("packages/nodes/retrieval/shared/a.ts", "../../ranking/rank/rank.ts"),
  "graph-core-data-only": {
    from: "packages/graph-core/src/render/a.ts",
    files: {
      "packages/graph-core/src/render/a.ts": 'import type { Plan } from "../compile/plan.ts";\nexport type { Plan };\n',
      "packages/graph-core/src/compile/plan.ts": "export interface Plan { readonly one: 1 }\n",
    },
  },
  cycle: plant("packages/marketplace/src/a.ts", "./b.ts", { "packages/marketplace/src/b.ts": importing("./a.ts") }),
  "package-by-name": plant("packages/ad-index/src/deep.ts", "../../graph-core/src/index.ts"),
  unresolved: plant("packages/marketplace/src/lost.ts", "@tenon/graph-core/src/secret.ts"),
  "library-without-home": plant("packages/admixer/src/a.ts", "left-pad"),
};
for (const folder of Object.keys(workspaceArrows)) {
  const source = folder.startsWith("packages/") ? `${folder}/src` : folder;
  const forbidden = folder === "bench" ? "packages/cli" : "bench";
  const path = relativePath(source, `${forbidden}/planted/target.ts`);
  const target = { [`${forbidden}/planted/target.ts`]: "export const one = 1;\n" };
  plants[`${folder.replaceAll("/", "-")}-imports`] = plant(`${source}/planted.ts`, path, target);
  plants[`${folder.replaceAll("/", "-")}-tests-import`] = plant(`${source}/planted.test.ts`, path, target);
}
plants["worlds-in-tests"] = plant("packages/indexer/src/uses-a-world.ts", "../../../graphs/testing/planted-world.ts", {
  "graphs/testing/planted-world.ts": "export const one = 1;\n",
});
for (const folder of Object.keys(coreArrows)) {
  const above = folder === "edit" ? "compile" : "edit";
  plants[`graph-core-${folder}`] = plant(`packages/graph-core/src/${folder}/climbs.ts`, `../${above}/target.ts`, {
    [`packages/graph-core/src/${above}/target.ts`]: "export const one = 1;\n",
  });
}
for (const library of Object.keys(libraryHomes)) {
  const name = library.replace(".+", "swagger");
  const away = library === "zod" ? "packages/source-rules/src" : "packages/marketplace/src";
  const at = `${away}/uses-${name.replace(/\W/g, "-")}.ts`;
  plants[`library-${library.replace(".+", "*").replaceAll("/", "-")}`] = plant(at, name, {
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: "1.0.0", main: "index.js" }),
    [`node_modules/${name}/index.js`]: "module.exports = {};",
  });
}

function plant(from: string, module: string, files: Record<string, string> = {}): (typeof plants)[string] {
  return { from, files: { ...files, [from]: importing(module) } };
}

function relativePath(from: string, to: string): string {
  return `${from
    .split("/")
    .map(() => "..")
    .join("/")}/${to}`;
}

test("the repository keeps every import rule", async () => {
  const files = repositoryFiles(
    "packages/**/*.ts",
    "apps/**/*.ts",
    "graphs/**/*.ts",
    "bench/**/*.ts",
    "tools/tidy/**/*.ts",
    "examples/**/*.ts",
  );
  const { moduleCount, importCount, findings } = await checkImports(root, files);
  expect(findings).toEqual([]);
  expect(moduleCount).toBeGreaterThan(100);
  expect(importCount).toBeGreaterThan(moduleCount);
});

test("every rule has a planted violation", () => {
  expect(Object.keys(plants).sort()).toEqual(importRules.map((rule) => rule.name).sort());
});

test("each planted violation is found by its rule", async () => {
  const { findings } = await checkTree(Object.assign({}, ...Object.values(plants).map(({ files }) => files)));
  const found = new Set(findings.map(({ rule, from }) => `${rule} ${from}`));
  const missed = Object.entries(plants).filter(([rule, { from }]) => !found.has(`${rule} ${from}`));
  expect(missed.map(([rule]) => rule)).toEqual([]);
});

test("what the rules allow is not reported", async () => {
  const report = await checkTree({
    "packages/nodes/retrieval/retrieve/retrieve.ts":
      importing("@tenon/ad-index/api") + 'export * from "../slots.ts";\nexport * from "./parts.ts";\n',
    "packages/nodes/retrieval/retrieve/parts.ts": 'export * from "../shared/top-rows.ts";\n',
    "packages/nodes/retrieval/shared/top-rows.ts": importing("@tenon/graph-core"),
    "packages/nodes/retrieval/slots.ts": importing("zod") + 'export * from "@tenon/ads-model";\n',
    "packages/nodes/retrieval/retrieve/retrieve.test.ts": importing("@tenon/ad-index"),
    "packages/graph-core/src/edit/edit.ts": importing("immer"),
    "packages/graph-core/src/compile/a.ts":
      'import type { Run } from "../execute/b.ts";\nexport type { Run };\nexport const a = 1;\n',
    "packages/graph-core/src/execute/b.ts":
      'import { a } from "../compile/a.ts";\nexport interface Run { readonly a: typeof a }\n',
  });
  expect(report.findings).toEqual([]);
  expect(report.moduleCount).toBeGreaterThan(8);
});

test("every workspace and every folder of graph-core has its arrows", () => {
  expect(workspaces().map(({ folder }) => folder)).toEqual(Object.keys(workspaceArrows).sort());
  const folders = repositoryFiles("packages/graph-core/src/*/**").map((path) => path.split("/")[3] ?? "");
  expect([...new Set(folders)].sort()).toEqual(Object.keys(coreArrows).sort());
});
