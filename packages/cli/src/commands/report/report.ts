import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  buildReport,
  type Checkout,
  type ComparedVersion,
  checkOut,
  commitOf,
  EXPECT_FILE,
  exitCodeOf,
  isDirty,
  type Report,
  readExpectedChanges,
  renderMarkdown,
} from "@tenon/dev-run/report";
import type { ExitCode } from "../../exit-code.ts";
import { colorsFor } from "../../output/colors.ts";
import { jsonText } from "../../output/json.ts";
import { progressOn } from "../../output/progress.ts";
import { projectOf } from "../../project/project-of.ts";
import type { Terminal } from "../../terminal.ts";
import { corporaOf } from "./corpora-of.ts";

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
  readonly json?: boolean;
}

export const REPORT_FOLDER = ".tenon/report";
const ROUNDS = 5;
const MEASURED_ENTRIES_MAX = 40;
/** Every resampling of a report draws from this, so that one comparison has one report. */
const SEED = 20_261_123;

/** `tenon report --base REF [--head REF]`: what the head does otherwise than the base, written to a folder. */
export async function report(options: ReportCommandOptions, terminal: Terminal): Promise<ExitCode> {
  const { root } = projectOf(options, terminal);
  const corpora = corporaOf(root, options.corpus, terminal.folder);
  const progress = progressOn(terminal);
  const made = await withVersions(root, options, terminal, (base, head) =>
    buildReport({
      ...{ base, head, corpora, entriesMax: options.entries, seed: options.seed ?? SEED, onStep: progress.step },
      refs: { base: options.base, head: options.head },
      expected: readExpectedChanges(resolve(head.root, options.expect ?? EXPECT_FILE)),
      performance: { rounds: options.rounds ?? ROUNDS, entriesMax: MEASURED_ENTRIES_MAX },
    }),
  ).finally(progress.end);
  const folder = resolve(root, options.out ?? REPORT_FOLDER);
  writeRenderings(made, folder);
  terminal.out(options.json ? jsonText(made) : summary(made, folder, colorsFor(terminal.color).bold));
  return exitCodeOf(made);
}

/** Checks out what is not there; whatever happens, and on Ctrl-C too, nothing of it stays. */
async function withVersions(
  root: string,
  { base, head }: Pick<ReportCommandOptions, "base" | "head">,
  terminal: Terminal,
  work: (base: ComparedVersion, head: ComparedVersion) => Promise<Report>,
): Promise<Report> {
  const made: Checkout[] = [];
  const version = async (ref: string): Promise<ComparedVersion> => {
    const checkout = await checkOut(root, ref);
    made.push(checkout);
    return { ...checkout, changed: false };
  };
  const stopped = new AbortController();
  const stop = terminal.stopAsked().then(() => {
    stopped.abort();
    throw new Error("stopped");
  });
  const run = async () => {
    const baseVersion = await version(base);
    const headVersion = head === undefined ? await workingTree(root) : await version(head);
    return work(baseVersion, headVersion);
  };
  try {
    return await Promise.race([run(), stop]);
  } finally {
    await Promise.all(made.map(({ remove }) => remove()));
  }
}

async function workingTree(root: string): Promise<ComparedVersion> {
  return { name: "working tree", root, commit: await commitOf(root, "HEAD"), changed: await isDirty(root) };
}

function writeRenderings(made: Report, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "report.json"), jsonText(made));
  writeFileSync(join(folder, "report.md"), renderMarkdown(made));
}

function summary({ verdict, findings }: Report, folder: string, bold: (text: string) => string): string {
  const lines = findings.map(
    ({ id, title, severity }) => `  ${id} ${severity === "expected" ? "(expected) " : ""}${title}`,
  );
  return `${[bold(`${verdict.outcome}: ${verdict.sentence}`), ...lines, `written to ${folder}`].join("\n")}\n`;
}
