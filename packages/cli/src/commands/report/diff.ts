/** `tenon diff`: a finding of the last report, one run of it in both versions, and agreeing with a finding. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  diffRun,
  EXPECT_FILE,
  type Finding,
  type Report,
  type RunDiff,
  readExpectedChanges,
  reportError,
} from "@tenon/dev-run/report";
import { REPORT_FOLDER } from "@tenon/dev-run/report-format";
import { ExitCode } from "../../exit-code.ts";
import { colorsFor } from "../../output/colors.ts";
import { jsonText } from "../../output/json.ts";
import { projectOf } from "../../project/project-of.ts";
import type { Terminal } from "../../terminal.ts";
import { corporaOf } from "./corpora-of.ts";
import { type Refs, withVersions } from "./with-versions.ts";

interface FindingOptions {
  readonly project?: string;
  readonly report?: string;
  readonly json?: boolean;
}

export interface DiffRunOptions extends Refs {
  readonly project?: string;
  readonly corpus?: readonly string[];
  readonly json?: boolean;
}

const FIELDS_SHOWN = 6;

export function diffShow(id: string, options: FindingOptions, terminal: Terminal): ExitCode {
  const found = findingOf(id, options, terminal);
  terminal.out(options.json ? jsonText(found) : findingText(found, colorsFor(terminal.color).bold));
  return ExitCode.pass;
}

/** Writes that a finding is meant into changes.expect.json, which the pull request carries. */
export function diffExpect(
  id: string,
  options: FindingOptions & { readonly reason?: string },
  terminal: Terminal,
): ExitCode {
  const { root } = projectOf(options, terminal);
  const { node, fields, owner } = findingOf(id, options, terminal);
  const path = join(root, EXPECT_FILE);
  const known = readExpectedChanges(path);
  const [own] = fields.filter(({ firstNode }) => firstNode === node);
  const field = own === undefined ? `node:${node}` : own.path === "" ? own.slot : `${own.slot}.${own.path}`;
  const added = { field, direction: "any" as const, ...(options.reason !== undefined && { reason: options.reason }) };
  const others = known.expect.filter((each) => each.field !== field);
  writeFileSync(path, jsonText({ ...known, expect: [...others, added] }));
  terminal.out(`${EXPECT_FILE} now expects ${field}; commit it, and ${owner} approves the file\n`);
  return ExitCode.pass;
}

export async function diffRuns(requestId: string, options: DiffRunOptions, terminal: Terminal): Promise<ExitCode> {
  const { root } = projectOf(options, terminal);
  const corpora = corporaOf(root, options.corpus, terminal.folder);
  const diffs = await withVersions(root, options, terminal, (base, head, signal) =>
    diffRun({ base, head }, { corpora, requestId, signal }),
  );
  terminal.out(
    options.json ? jsonText(diffs) : diffs.map((diff) => runText(diff, colorsFor(terminal.color).bold)).join(""),
  );
  return diffs.some(({ nodes }) => nodes.length > 0) ? ExitCode.findings : ExitCode.pass;
}

/** @throws GraphError TENON2038 when there is no report, or no such finding in it */
function findingOf(id: string, options: FindingOptions, terminal: Terminal): Finding {
  const { root } = projectOf(options, terminal);
  const path = resolve(root, options.report ?? join(REPORT_FOLDER, "report.json"));
  if (!existsSync(path)) {
    throw reportError("noSuchFinding", {
      message: `there is no report "${path}"`,
      hint: "`tenon report --base main` makes one",
    });
  }
  const { findings } = JSON.parse(readFileSync(path, "utf8")) as Report;
  const found = findings.find((each) => each.id === id);
  if (found !== undefined) return found;
  throw reportError("noSuchFinding", {
    message: `the report has no finding "${id}"`,
    detail: `it has ${findings.map((each) => each.id).join(", ") || "none"}`,
    hint: "correct the number, or make the report anew",
  });
}

function findingText(found: Finding, bold: (text: string) => string): string {
  const { id, title, causes, place, effect, downstream, fields, reproduce, approve } = found;
  const lines = [
    bold(`${id}: ${title}`),
    ...causes.map(({ kind, detail }) => `  cause: ${kind}, ${detail}`),
    ...(place === null ? [] : [`  at ${place.file}:${place.line}`]),
    ...effect.map((each) => `  ${each}`),
    ...(downstream.length === 0
      ? []
      : [`  behind it: ${downstream.map(({ node, owner }) => `${node} (${owner})`).join(", ")}`]),
    ...fields.flatMap((field) => [
      `  ${field.slot}${field.path === "" ? "" : `.${field.path}`}: ${field.entriesChanged} of ${field.entriesCompared} runs, first at ${field.firstNode}`,
      ...field.examples.map(
        ({ requestId, row, base, head }) => `    ${requestId} ${row}: ${shown(base)} → ${shown(head)}`,
      ),
    ]),
    ...reproduce.slice(1).map((command) => `  one run: ${command}`),
    `  agree: ${approve}`,
  ];
  return `${lines.join("\n")}\n`;
}

function runText({ requestId, graph, nodes, misses, failure }: RunDiff, bold: (text: string) => string): string {
  if (nodes.length === 0) return `run "${requestId}" of ${graph}: nothing differs\n`;
  const lines = nodes.flatMap(({ node, owner, root, fields }) => [
    `${root ? bold(`${node} (${owner}) gives something else first`) : `${node} (${owner})`}`,
    ...fields
      .slice(0, FIELDS_SHOWN)
      .map(({ slot, path, examples: [first], cellsChanged, cellsOnlyInBase, cellsOnlyInHead }) => {
        const count = cellsChanged + cellsOnlyInBase + cellsOnlyInHead;
        return `  ${slot}${path === "" ? "" : `.${path}`}${first?.row ? ` of ${first.row}` : ""}: ${shown(first?.base)} → ${shown(first?.head)}${count > 1 ? ` and ${count - 1} more` : ""}`;
      }),
    ...(fields.length > FIELDS_SHOWN ? [`  and ${fields.length - FIELDS_SHOWN} more fields`] : []),
  ]);
  const ends = [
    ...misses.map((miss) => `not recorded: ${miss}`),
    ...(failure === null ? [] : [`the head fails: ${failure}`]),
  ];
  return `${[`run "${requestId}" of ${graph}`, ...lines, ...ends].join("\n")}\n`;
}

const SHOWN_CHARACTERS = 80;

function shown(value: unknown): string {
  const text = value === undefined ? "absent" : typeof value === "string" ? value : JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
