/** A copy of the nodes and graphs of this repository that a test may write into. Everything else is linked. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../../../..");
/** Workspaces that are copied; they see each other's copies. */
const COPIED: Readonly<Record<string, string>> = { nodes: "packages/nodes", graphs: "graphs" };
const FILES = ["owners.json", "package.json", "tsconfig.base.json", "biome.jsonc"] as const;
const LEFT_OUT = /(^|\/)(dist|node_modules|[^/]*\.tsbuildinfo)$/;

export interface WorkspaceCopy {
  readonly root: string;
  /** Runs a program of `node_modules` with Node and gives what it prints; throws it when the program fails. */
  readonly runProgram: (script: string, ...args: readonly string[]) => string;
  /** What the type checker finds in the copied workspaces. */
  readonly typeErrors: () => readonly string[];
  readonly remove: () => void;
}

export function workspaceCopy(): WorkspaceCopy {
  const root = mkdtempSync(join(tmpdir(), "tenon-new-"));
  for (const file of FILES) cpSync(join(ROOT, file), join(root, file));
  for (const folder of Object.values(COPIED)) {
    cpSync(join(ROOT, folder), join(root, folder), { recursive: true, filter: (path) => !LEFT_OUT.test(path) });
  }
  linkModules(root);
  const types = { extends: "./tsconfig.base.json", include: ["packages/nodes/index.ts", "graphs/index.ts"] };
  writeFileSync(
    join(root, "tsconfig.json"),
    JSON.stringify({ ...types, compilerOptions: { noEmit: true, rewriteRelativeImportExtensions: false } }),
  );
  const conditions = '["@tenon/source"]';
  writeFileSync(
    join(root, "vitest.config.mjs"),
    `export default { resolve: { conditions: ${conditions} }, ssr: { resolve: { conditions: ${conditions} } } };\n`,
  );
  return {
    root,
    runProgram: (script, ...args) => {
      const { status, stdout, stderr } = run(root, script, args);
      if (status !== 0) throw new Error(`${script} ${args.join(" ")} failed:\n${stdout}${stderr}`);
      return stdout;
    },
    typeErrors: () => {
      const { stdout } = run(root, "typescript/bin/tsc", ["-p", "tsconfig.json", "--pretty", "false"]);
      return stdout.split("\n").filter((line) => /^(packages|graphs)\/.*: error /.test(line));
    },
    remove: () => rmSync(root, { recursive: true }),
  };
}

function run(root: string, script: string, args: readonly string[]) {
  const env = { ...process.env, NODE_OPTIONS: "" };
  return spawnSync(process.execPath, [join(root, "node_modules", script), ...args], {
    cwd: root,
    encoding: "utf8",
    env,
  });
}

function linkModules(root: string): void {
  const from = join(ROOT, "node_modules");
  const to = join(root, "node_modules");
  mkdirSync(join(to, "@tenon"), { recursive: true });
  for (const name of readdirSync(from)) if (name !== "@tenon") symlinkSync(join(from, name), join(to, name));
  for (const name of readdirSync(join(from, "@tenon"))) {
    const copied = COPIED[name];
    symlinkSync(copied === undefined ? join(from, "@tenon", name) : join(root, copied), join(to, "@tenon", name));
  }
}
