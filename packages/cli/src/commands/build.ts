import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { checkGraphs, emitPlanModule, type Graph, renderDiagnostics } from "@tenon/graph-core";
import { ExitCode } from "../exit-code.ts";
import { colorsFor } from "../output/colors.ts";
import { jsonText } from "../output/json.ts";
import type { Project } from "../project/find-project.ts";
import { loadGraphs } from "../project/load-graphs.ts";
import { projectOf } from "../project/project-of.ts";
import type { Terminal } from "../terminal.ts";

export interface BuildOptions {
  readonly project?: string;
  readonly out?: string;
  readonly check?: boolean;
  readonly json?: boolean;
}

const OUT_DEFAULT = "graphs/plans";

interface PlanFile {
  readonly graph: string;
  /** Relative to the project. */
  readonly file: string;
  readonly state: "written" | "unchanged" | "stale" | "missing";
}

/**
 * `tenon build`: one module per graph with the code that `compileGraph` would generate at start, for places that forbid
 * that. With `--check` nothing is written, and a file that is not what the graph asks for is a finding.
 */
export async function build(options: BuildOptions, terminal: Terminal): Promise<ExitCode> {
  const project = projectOf(options, terminal);
  const graphs = await loadGraphs(project);
  const errors = checkGraphs(graphs).filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    terminal.talk(`${renderDiagnostics(errors, { color: terminal.talkColor, root: project.root })}\n`);
    if (options.json) terminal.out(jsonText({ plans: [], errors: errors.length }));
    return ExitCode.findings;
  }
  const folder = resolve(project.root, options.out ?? OUT_DEFAULT);
  const plans = graphs.map((graph) => planFile(graph, { project, folder, writes: options.check !== true }));
  const wrong = plans.filter(({ state }) => state === "stale" || state === "missing");
  if (options.json) terminal.out(jsonText({ plans, errors: 0 }));
  else terminal.out(textReport(plans, terminal.color));
  if (wrong.length > 0 && !options.json) terminal.talk("run `tenon build` and commit what it writes\n");
  return wrong.length > 0 ? ExitCode.findings : ExitCode.pass;
}

interface Place {
  readonly project: Project;
  readonly folder: string;
  readonly writes: boolean;
}

function planFile(graph: Graph, { project, folder, writes }: Place): PlanFile {
  const path = join(folder, `${graph.name}.plan.ts`);
  const text = emitPlanModule(graph);
  const before = existsSync(path) ? readFileSync(path, "utf8") : undefined;
  const file = relative(project.root, path).replaceAll("\\", "/");
  if (before === text) return { graph: graph.name, file, state: "unchanged" };
  if (!writes) return { graph: graph.name, file, state: before === undefined ? "missing" : "stale" };
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, text);
  return { graph: graph.name, file, state: "written" };
}

function textReport(plans: readonly PlanFile[], color: boolean): string {
  const { bold } = colorsFor(color);
  return plans.map(({ file, state }) => `${bold(state.padEnd("unchanged".length))} ${file}\n`).join("");
}
