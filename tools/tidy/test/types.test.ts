import { execFileSync } from "node:child_process";
import { relative, resolve } from "node:path";
import { expect, test } from "vitest";
import { readJson, repositoryFiles, root } from "../src/repository.ts";

/** Not type-checked: made of mistakes on purpose, or built outside the workspaces with their own dependencies. */
const LEFT_OUT =
  /^packages\/source-rules\/fixtures\/|^packages\/graph-core\/test\/types\/fixtures\/|^tools\/marketplace-data\//;

const scripts = readJson<{ scripts: Readonly<Record<string, string>> }>("package.json").scripts;
const programs = [...(scripts.types ?? "").matchAll(/tsc -p (\S+)/g)].map((match) => match[1] ?? "");

function filesOf(program: string): readonly string[] {
  const tsc = resolve(root, "node_modules/.bin/tsc");
  const list = execFileSync(tsc, ["-p", program, "--listFilesOnly"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 16 * 1024 * 1024,
  });
  return list
    .split("\n")
    .map((path) => relative(root, path))
    .filter((path) => path.endsWith(".ts") && !path.includes("node_modules"));
}

test("npm run types looks at every source and test of the repository", () => {
  const covered = new Set(programs.flatMap(filesOf));
  const missed = repositoryFiles("*.ts").filter((path) => !covered.has(path) && !LEFT_OUT.test(path));
  expect(missed).toEqual([]);
});

test("the runtime's program does not see the owners of the ads stack", () => {
  expect(filesOf("tsconfig.core.json").filter((path) => path.startsWith("packages/ads-model/"))).toEqual([]);
  expect(filesOf("tsconfig.json")).toContain("packages/ads-model/src/owners.generated.ts");
});
