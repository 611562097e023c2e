import { readFileSync } from "node:fs";
import { type Diagnostic, diagnosticsToJson, diagnosticsToSarif, renderDiagnostic } from "@tenon/graph-core";
import { type CheckedGraph, type CheckedProject, checkProject } from "../check/check-project.ts";
import { ExitCode } from "../exit-code.ts";
import { colorsFor } from "../output/colors.ts";
import { jsonText } from "../output/json.ts";
import { progressOn } from "../output/progress.ts";
import { tableLines } from "../output/table.ts";
import { projectOf } from "../project/project-of.ts";
import type { Terminal } from "../terminal.ts";
import { cliVersion } from "../version.ts";

export interface CheckOptions {
  readonly project?: string;
  readonly json?: boolean;
  readonly sarif?: boolean;
  readonly types?: boolean;
}

/** `tenon check`: exit code 1 when a diagnostic is an error; warnings pass. */
export async function check(options: CheckOptions, terminal: Terminal): Promise<ExitCode> {
  const project = projectOf(options, terminal);
  const progress = progressOn(terminal);
  const checked = await checkProject(project, {
    today: new Date().toISOString().slice(0, 10),
    types: options.types !== false,
    onStep: (step) => progress.step(`checking ${step}`),
  }).finally(progress.end);
  if (options.json) terminal.out(jsonText(jsonReport(checked, project.root)));
  else if (options.sarif) {
    const sarif = { root: project.root, version: cliVersion(), source: readText };
    terminal.out(diagnosticsToSarif(checked.diagnostics, sarif));
  } else terminal.out(textReport(checked, project.root, terminal.color));
  return errorsIn(checked.diagnostics) === 0 ? ExitCode.pass : ExitCode.findings;
}

function errorsIn(diagnostics: readonly Diagnostic[]): number {
  return diagnostics.filter(({ severity }) => severity === "error").length;
}

/** The JSON form; nothing in it depends on time or machine. */
function jsonReport({ graphs, diagnostics, nodeFolders, typesChecked }: CheckedProject, root: string): object {
  const listed = JSON.parse(diagnosticsToJson(diagnostics, { root })) as { readonly diagnostics: readonly unknown[] };
  const errors = errorsIn(diagnostics);
  return {
    graphs,
    diagnostics: listed.diagnostics,
    summary: {
      ok: errors === 0,
      errors,
      warnings: diagnostics.length - errors,
      graphs: graphs.length,
      nodeFolders,
      typesChecked,
    },
  };
}

function textReport(checked: CheckedProject, root: string, color: boolean): string {
  const { bold, green, red, dim } = colorsFor(color);
  const { graphs, diagnostics, nodeFolders, typesChecked } = checked;
  const errors = errorsIn(diagnostics);
  const shown = diagnostics.map((each) => `${renderDiagnostic(each, { color, root, source: readText })}\n`);
  const table = graphs.length === 0 ? [] : [...graphTable(graphs, dim), ""];
  const verdict = errors === 0 ? green(bold("ok")) : red(bold("failed"));
  const read = [count(graphs.length, "graph"), count(nodeFolders, "node folder"), ...(typesChecked ? ["types"] : [])];
  const found = `${count(errors, "error")}, ${count(diagnostics.length - errors, "warning")}`;
  return [...shown, ...table, `${verdict}: ${found} in ${read.join(", ")}`, ""].join("\n");
}

function graphTable(graphs: readonly CheckedGraph[], head: (line: string) => string): readonly string[] {
  const columns = [
    { title: "graph" },
    { title: "nodes", align: "right" as const },
    { title: "slots", align: "right" as const },
    { title: "owners", align: "right" as const },
    { title: "critical path", align: "right" as const },
  ];
  const rows = graphs.map(({ name, nodes, slots, owners, criticalPathMs, deadlineMs }) => [
    name,
    String(nodes),
    String(slots),
    String(owners.length),
    deadlineMs === null ? `${criticalPathMs} ms` : `${criticalPathMs} of ${deadlineMs} ms`,
  ]);
  return tableLines(columns, rows, { head });
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
