/** Where tests put files that have to resolve the workspace's packages, and how they run Node and the compiler on them. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CompilerError } from "@tenon/graph-core";
import type { Task, Verdict } from "./judge-modules.ts";

const packageRoot = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const repositoryRoot = join(packageRoot, "..", "..");
const tsc = join(repositoryRoot, "node_modules", "typescript", "bin", "tsc");

/** An empty directory below the package, ignored by git. */
export function emptyDirectory(name: string): string {
  const directory = join(packageRoot, ".tenon", name);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** Judges modules in one plain Node process, in order: see judge-modules.ts. */
export function judgeModules(files: readonly string[], errors: readonly CompilerError[] = []): readonly Verdict[] {
  const script = join(packageRoot, "test", "support", "judge-modules.ts");
  const args = ["--conditions=@tenon/source", "--disable-warning=ExperimentalWarning", script];
  const task: Task = { files, errors };
  const options = { encoding: "utf8", maxBuffer: 64 << 20, input: JSON.stringify(task) } as const;
  return JSON.parse(execFileSync(process.execPath, args, options)) as Verdict[];
}

/** Compiler output for the files, as the project is configured; one checker, so that counts do not depend on the machine. */
export function compile(directory: string, files: readonly string[], ...flags: readonly string[]): string {
  const config = {
    extends: join(repositoryRoot, "tsconfig.base.json"),
    compilerOptions: { noEmit: true, rewriteRelativeImportExtensions: false },
    files,
  };
  writeFileSync(join(directory, "tsconfig.json"), JSON.stringify(config));
  const args = [tsc, "-p", directory, "--pretty", "false", "--singleThreaded", ...flags];
  const { stdout, stderr, error } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    cwd: directory,
    maxBuffer: 64 << 20,
  });
  if (error !== undefined || stderr !== "") throw new Error(`the compiler did not run: ${error?.message ?? stderr}`);
  return stdout;
}
