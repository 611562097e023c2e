import { ExitCode } from "../exit-code.ts";
import { type NewFile, writeFiles } from "../new/new-file.ts";
import { type NewGraphOptions, newGraph } from "../new/new-graph.ts";
import { afterNewNode, type NewNodeOptions, newNode } from "../new/new-node.ts";
import { colorsFor } from "../output/colors.ts";
import { jsonText } from "../output/json.ts";
import { projectOf } from "../project/project-of.ts";
import type { Terminal } from "../terminal.ts";

interface CommonOptions {
  readonly project?: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/** `tenon new node <stage>/<name>`. */
export async function createNode(options: NewNodeOptions & CommonOptions, terminal: Terminal): Promise<ExitCode> {
  const project = projectOf(options, terminal);
  const files = await newNode(project, options);
  return finish(files, { ...options, root: project.root, next: afterNewNode(project, options) }, terminal);
}

/** `tenon new graph <folder>/<name>`. */
export async function createGraph(options: NewGraphOptions & CommonOptions, terminal: Terminal): Promise<ExitCode> {
  const project = projectOf(options, terminal);
  const files = await newGraph(project, options);
  const next = ["give it a deadlineMs, and its answer a host that makes it real", "check it: npx tenon check"];
  return finish(files, { ...options, root: project.root, next }, terminal);
}

interface Finish extends CommonOptions {
  readonly root: string;
  readonly next: readonly string[];
}

function finish(files: readonly NewFile[], { root, next, json, dryRun }: Finish, terminal: Terminal): ExitCode {
  if (dryRun !== true) writeFiles(root, files);
  const { bold, dim } = colorsFor(terminal.color);
  if (json) {
    const listed = files.map(({ path, edited, text }) => ({ path, edited, ...(dryRun === true && { text }) }));
    terminal.out(jsonText({ written: dryRun !== true, files: listed, next }));
    return ExitCode.pass;
  }
  for (const { path, edited, text } of files) {
    terminal.out(`${bold(edited ? "changed" : "new    ")} ${path}\n`);
    if (dryRun === true && !edited) terminal.out(`${dim(text)}\n`);
  }
  terminal.out(`\nnext\n${next.map((step, at) => `  ${at + 1}. ${step}`).join("\n")}\n`);
  return ExitCode.pass;
}
