import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { checkNodeFolders, readNodeFolders } from "./check-node-folders.ts";
import { contractsIn } from "./contract.ts";

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

function tree(files: Readonly<Record<string, string>>): { readonly root: string; readonly nodes: string } {
  const root = mkdtempSync(join(tmpdir(), "tenon-node-folders-"));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { root, nodes: "packages/nodes" };
}

const CONTRACT = 'export const rankContract = { owner: "ads-ranking", purpose: "ranks" } as const;\n';

test("the contract beside a node says who owns its findings", () => {
  const options = tree({
    "packages/nodes/ranking/rank/rank.contract.ts": CONTRACT,
    "packages/nodes/ranking/rank/rank.ts": "export const seed = Math.random();\n",
    "packages/nodes/ranking/rank/rank.test.ts": "export const seed = Math.random();\n",
    "packages/nodes/ranking/rank/golden/edge/case.ts": "export const seed = Math.random();\n",
    "packages/nodes/ranking/shared/draw.ts": "export const draw = () => Math.random();\n",
  });
  expect(readNodeFolders(options)).toEqual([
    {
      name: "ranking/rank",
      path: "packages/nodes/ranking/rank",
      contract: { name: "rankContract", owner: "ads-ranking", purpose: "ranks" },
    },
  ]);
  expect(checkNodeFolders(options).map(({ file, node, owner }) => ({ file, node, owner }))).toEqual([
    { file: "packages/nodes/ranking/rank/rank.ts", node: "ranking/rank", owner: "ads-ranking" },
    { file: "packages/nodes/ranking/shared/draw.ts", node: undefined, owner: undefined },
  ]);
});

test("a write to an input names the slot's owner, wherever the slot is declared", () => {
  const options = tree({
    "packages/model/src/slots.ts": 'export const Words = slot("words", schema, { owner: "ads-data" });\n',
    "packages/nodes/ranking/resources.ts":
      'import { resource } from "@tenon/graph-core";\nexport const Policy = resource<{ a: 1 }>()("policy", { owner: "ads-platform" });\n',
    "packages/nodes/ranking/rank/rank.contract.ts": CONTRACT,
    "packages/nodes/ranking/rank/rank.ts":
      'import { node } from "@tenon/graph-core";\nimport { rankContract } from "./rank.contract.ts";\n' +
      "export const rank = node({ ...rankContract, run: ({ words }, { uses }) => {\n" +
      "  uses.policy.a = 2;\n  return { sorted: words.sort() };\n} });\n",
  });
  const parties = checkNodeFolders({ ...options, alsoDeclaredIn: ["packages/model/src"] }).map(
    (finding) => finding.secondary[0],
  );
  expect(parties).toMatchObject([
    { kind: "resource", name: "policy", owner: "ads-platform" },
    { kind: "slot", name: "words", owner: "ads-data" },
  ]);
});

test("a folder without a contract is listed without one", () => {
  const options = tree({ "packages/nodes/ranking/rank/rank.ts": "export const one = 1;\n" });
  expect(readNodeFolders(options).map((folder) => folder.contract)).toEqual([undefined]);
});

test("a project without nodes has no findings", () => {
  expect(checkNodeFolders(tree({ "package.json": "{}" }))).toEqual([]);
});

test("contracts are read from the text: plain, frozen, or given to a function", () => {
  expect(contractsIn(CONTRACT)).toEqual([{ name: "rankContract", owner: "ads-ranking", purpose: "ranks" }]);
  expect(contractsIn('export const a = Object.freeze({ owner: "ads-data" });')[0]?.owner).toBe("ads-data");
  expect(contractsIn('const hidden = { owner: "ads-data" }; export const b = { purpose: "none" };')).toEqual([]);
});
