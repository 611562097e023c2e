import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

/** Root of the repository, with a trailing separator left off. */
export const root = resolve(import.meta.dirname, "../../..");

/** Files of the repository as git sees them: tracked, or new and not ignored; without those deleted in the work tree. */
export function repositoryFiles(...patterns: readonly string[]): readonly string[] {
  const list = execFileSync(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ...patterns],
    {
      cwd: root,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  return [...new Set(list.split("\0"))].filter((path) => path !== "" && existsSync(resolve(root, path))).sort();
}

export function readText(path: string): string {
  return readFileSync(resolve(root, path), "utf8");
}

export function readJson<Value>(path: string): Value {
  return JSON.parse(readText(path)) as Value;
}

/** A workspace package: its folder and what its package.json says. */
export interface Workspace {
  readonly folder: string;
  readonly manifest: Manifest;
}

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly license?: string;
  readonly type?: string;
  readonly sideEffects?: boolean | readonly string[];
  readonly engines?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly files?: readonly string[];
  readonly scripts?: Readonly<Record<string, string>>;
  readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean };
  readonly repository?: { readonly type?: string; readonly directory?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Every workspace of the root package.json, by folder. */
export function workspaces(): readonly Workspace[] {
  const { workspaces: patterns } = readJson<{ workspaces: readonly string[] }>("package.json");
  return repositoryFiles(...patterns.map((pattern) => `:(glob)${pattern}/package.json`)).map((path) => ({
    folder: path.slice(0, -"/package.json".length),
    manifest: readJson<Manifest>(path),
  }));
}
