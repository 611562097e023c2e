import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";
import { root } from "../src/repository.ts";

/** Lints files in a small repository under our configuration; gives `path rule` of every error. */
function lint(files: Readonly<Record<string, string>>): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "tenon-lint-"));
  try {
    copyFileSync(resolve(root, "biome.jsonc"), join(folder, "biome.jsonc"));
    for (const [path, text] of Object.entries({ ".gitignore": "node_modules/\n", ...files })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const { stdout } = spawnSync(
      resolve(root, "node_modules/.bin/biome"),
      ["lint", "--diagnostic-level=error", "--reporter=json", "."],
      {
        cwd: folder,
        encoding: "utf8",
      },
    );
    const { diagnostics } = JSON.parse(stdout) as {
      diagnostics: readonly { category: string; location: { path: string | { file: string } } }[];
    };
    return diagnostics.map(({ category, location }) => {
      const path = typeof location.path === "string" ? location.path : location.path.file;
      return `${path} ${category.split("/").at(-1)}`;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a promise that nobody waits for is found, also when the function comes from another file", () => {
  const found = lint({
    "packages/a/src/load.ts":
      "export async function load(): Promise<number> {\n  return await Promise.resolve(1);\n}\n",
    "packages/a/src/floats.ts": 'import { load } from "./load.ts";\nload();\n',
    "packages/a/src/waits.ts": 'import { load } from "./load.ts";\nexport const one = await load();\n',
  });
  expect(found).toEqual(["packages/a/src/floats.ts noFloatingPromises"]);
});

test("packages print nothing; the command line, benchmarks and tools may", () => {
  const text = 'console.log("hello");\n';
  const found = lint({
    "packages/graph-core/src/a.ts": text,
    "packages/cli/src/a.ts": text,
    "bench/src/a.ts": text,
    "tools/tidy/src/a.ts": text,
  });
  expect(found).toEqual(["packages/graph-core/src/a.ts noConsole"]);
});
