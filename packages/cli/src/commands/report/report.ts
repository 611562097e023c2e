import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  buildReport,
  EXPECT_FILE,
  exitCodeOf,
  GATES_FILE,
  type OwnerGates,
  ownerNames,
  type Report,
  readExpectedChanges,
  readOwnerGates,
  renderAnnotations,
  renderHtml,
  renderJunit,
  renderMarkdown,
  renderSarif,
  renderWorkflowCommands,
  STUDIO_FOLDER,
  type StudioPlace,
} from "@tenon/dev-run/report";
import { REPORT_FILE, REPORT_FOLDER, reportIdOf } from "@tenon/dev-run/report-format";
import { cliError } from "../../cli-error.ts";
import type { ExitCode } from "../../exit-code.ts";
import { colorsFor } from "../../output/colors.ts";
import { jsonText } from "../../output/json.ts";
import { progressOn } from "../../output/progress.ts";
import { projectOf } from "../../project/project-of.ts";
import type { Terminal } from "../../terminal.ts";
import { corporaOf } from "./corpora-of.ts";
import { withVersions } from "./with-versions.ts";

export interface ReportCommandOptions {
  readonly project?: string;
  readonly base: string;
  readonly head?: string;
  readonly corpus?: readonly string[];
  readonly entries?: number;
  readonly rounds?: number;
  readonly seed?: number;
  readonly expect?: string;
  readonly out?: string;
  /** Address of a studio's page, or a folder beside the report; default: the export that lies there, if one does. */
  readonly studio?: string;
  /** Also prints findings as commands that GitHub Actions shows beside the lines. */
  readonly annotate?: boolean;
  readonly json?: boolean;
}

const ROUNDS = 5;
/** Of each graph. */
const MEASURED_ENTRIES_MAX = 30;
/** Every resampling of a report draws from this, so that one comparison has one report. */
const SEED = 20_261_123;

/** `tenon report --base REF [--head REF]`: what the head does otherwise than the base, written to a folder. */
export async function report(options: ReportCommandOptions, terminal: Terminal): Promise<ExitCode> {
  const { root } = projectOf(options, terminal);
  const folder = resolve(root, options.out ?? REPORT_FOLDER);
  // Before anything runs: a wrong address is said at once.
  const studio = studioPlace(options.studio, folder);
  const corpora = corporaOf(root, options.corpus, terminal.folder);
  const progress = progressOn(terminal);
  const made = await withVersions(root, options, terminal, (base, head, signal) =>
    buildReport({
      ...{
        root,
        base,
        head,
        signal,
        corpora,
        entriesMax: options.entries,
        seed: options.seed ?? SEED,
        onStep: progress.step,
      },
      refs: { base: options.base, head: options.head },
      expected: readExpectedChanges(resolve(head.root, options.expect ?? EXPECT_FILE)),
      gates: readOwnerGates(resolve(head.root, GATES_FILE), ownerNames(head.root)),
      // Of a base that had another form of them, all are new.
      baseGates: gatesOfBase(base.root),
      performance: { rounds: options.rounds ?? ROUNDS, entriesMax: MEASURED_ENTRIES_MAX },
    }),
  ).finally(progress.end);
  writeRenderings(made, folder, studio);
  const told = summary(made, folder, colorsFor(terminal.color).bold);
  if (options.json) terminal.out(jsonText(made));
  else terminal.out(options.annotate ? told + renderWorkflowCommands(made, studio) : told);
  return exitCodeOf(made);
}

function gatesOfBase(root: string): OwnerGates {
  try {
    return readOwnerGates(resolve(root, GATES_FILE));
  } catch {
    return {};
  }
}

/** @throws GraphError TENON1700 */
function studioPlace(address: string | undefined, folder: string): StudioPlace | undefined {
  const reportId = reportIdOf(folder);
  if (address === undefined) {
    const isBeside = existsSync(join(folder, STUDIO_FOLDER, "index.html"));
    return isBeside ? { url: `${STUDIO_FOLDER}/`, reportId } : undefined;
  }
  const url = URL.parse(address);
  if (url?.protocol === "http:" || url?.protocol === "https:") return { url: url.href, reportId };
  // A folder below the report's: the two are carried about together.
  if (/^(?:\.\/)?[\w-][\w.-]*(?:\/[\w-][\w.-]*)*\/?$/.test(address))
    return { url: address.replace(/\/?$/, "/"), reportId };
  throw cliError("wrongUsage", {
    message: `"${address}" is no address of a studio`,
    hint: "for example --studio http://127.0.0.1:8787/studio/, or --studio studio for the folder beside the report that `tenon studio --export` writes",
  });
}

function writeRenderings(made: Report, folder: string, studio: StudioPlace | undefined): void {
  mkdirSync(folder, { recursive: true });
  const files = {
    [REPORT_FILE]: jsonText(made),
    "report.md": renderMarkdown(made, studio),
    "report.html": renderHtml(made, studio),
    "report.sarif": renderSarif(made, studio),
    "report.xml": renderJunit(made),
    "annotations.json": renderAnnotations(made, studio),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

function summary({ verdict, findings }: Report, folder: string, bold: (text: string) => string): string {
  const lines = findings.map(
    ({ id, title, severity }) => `  ${id} ${severity === "expected" ? "(expected) " : ""}${title}`,
  );
  return `${[bold(`${verdict.outcome}: ${verdict.sentence}`), ...lines, `written to ${folder}`].join("\n")}\n`;
}
