/** Whose sources differ between two versions: per node, through everything it imports. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { TopologyNode } from "@tenon/graph-core";
import { type ModuleFacts, SourceTree } from "@tenon/source-rules";
import type { UnionNode } from "./union-graph.ts";

const run = promisify(execFile);
const GIT_MS_MAX = 60_000;
/** What a run is made of; the rest of the repository (documents, benchmarks, tests) changes no answer. */
const SOURCES = ["packages", "graphs"];
const IS_TEST = /\.test\.|\/(test|testing|golden|fixtures)\//;

export interface CodeChanges {
  /** Files of packages and graphs that differ, tests left out; ascending. */
  readonly files: readonly string[];
  /** Files among what a node runs whose words differ; empty where only comments or places did. */
  readonly ofNode: (node: UnionNode) => readonly string[];
}

export interface ComparedFolders {
  readonly base: { readonly root: string; readonly commit: string };
  readonly head: { readonly root: string };
}

/** Modules are parsed once per process, whatever tree they stand in. */
const known = new Map<string, ModuleFacts>();

export async function codeChanges({ base, head }: ComparedFolders): Promise<CodeChanges> {
  const files = (await changedFiles(head.root, base.commit)).filter((file) => !IS_TEST.test(file));
  if (files.length === 0) return { files, ofNode: () => [] };
  const [left, right] = [new SourceTree(base.root, known), new SourceTree(head.root, known)];
  const ofNode = ({ base: before, head: now }: UnionNode) => differing(sourcesOf(left, before), sourcesOf(right, now));
  return { files, ofNode };
}

async function changedFiles(root: string, commit: string): Promise<readonly string[]> {
  const options = { cwd: root, timeout: GIT_MS_MAX, maxBuffer: 2 ** 26 };
  const [changed, untracked] = await Promise.all([
    run("git", ["diff", "--name-only", "--no-renames", commit, "--", ...SOURCES], options),
    run("git", ["ls-files", "--others", "--exclude-standard", "--", ...SOURCES], options),
  ]);
  return [...new Set(`${changed.stdout}${untracked.stdout}`.split("\n").filter(Boolean))].sort();
}

function sourcesOf(tree: SourceTree, node: TopologyNode | undefined): ReadonlyMap<string, string> {
  const file = node?.place?.file;
  return file === undefined ? new Map() : tree.sourcesOf(file);
}

/** A file that only moved has its digest under another path: it is on both sides, and no difference. */
function differing(base: ReadonlyMap<string, string>, head: ReadonlyMap<string, string>): readonly string[] {
  const [left, right] = [new Set(base.values()), new Set(head.values())];
  const gone = [...base].filter(([, digest]) => !right.has(digest)).map(([path]) => path);
  const come = [...head].filter(([, digest]) => !left.has(digest)).map(([path]) => path);
  return [...new Set([...come, ...gone])].sort();
}
