/** The words of `tenon report` and `tenon diff`. What they do is in `commands/report/`. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ExitCode } from "./exit-code.ts";
import type { Terminal } from "./terminal.ts";

export function addReport(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  program
    .command("report")
    .description("run two versions over recorded requests and changes, and say what differs, why, and who must look")
    .requiredOption("--base <ref>", "commit, branch or tag to compare with")
    .option("--head <ref>", "what is compared (default: the working tree as it is)")
    .option(
      "--corpus <file>",
      "recorded runs, *.runs; may be given several times (default: packages/dev-run/corpora/*.runs)",
      collected,
    )
    .option("--entries <number>", "run at most so many entries of each graph in a corpus, evenly spread", positive)
    .option("--rounds <number>", "rounds of measuring time (default: 5)", positive)
    .option("--seed <number>", "seed of every resampling", positive)
    .option("--expect <file>", "changes that are meant (default: changes.expect.json)")
    .option("-o, --out <folder>", "where the report goes (default: .tenon/report)")
    .option(
      "--studio <url>",
      "a studio that shows it, by address or as a folder beside the report: findings and examples link to it",
    )
    .option("--annotate", "also print findings as GitHub Actions shows them beside the lines of their nodes")
    .addOption(new Option("--json", "print JSON for tools"))
    .addOption(new Option("--project <folder>", "folder of the project (default: found upwards from here)"))
    .action(async (options) => {
      const { report } = await import("./commands/report/report.ts");
      done(await report(options, terminal));
    });
}

function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function positive(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("expected a whole number from 1");
}

export function addDiff(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  const diff = program.command("diff").description("findings of the last report: look, repeat one run, agree");
  const ofReport = (command: Command): Command =>
    command
      .addOption(new Option("--report <file>", "report.json (default: .tenon/report/report.json)"))
      .addOption(new Option("--json", "print JSON for tools"))
      .addOption(new Option("--project <folder>", "folder of the project (default: found upwards from here)"));
  ofReport(diff.command("show"))
    .description("a finding with its cause, effect, fields and examples")
    .argument("<finding>", "F1, F2, …")
    .action(async (id: string, options) => {
      const { diffShow } = await import("./commands/report/diff.ts");
      done(diffShow(id, options, terminal));
    });
  ofReport(diff.command("expect"))
    .description("agree with a finding: writes it into changes.expect.json")
    .argument("<finding>", "F1, F2, …")
    .option("--reason <text>", "why, in one line")
    .action(async (id: string, options) => {
      const { diffExpect } = await import("./commands/report/diff.ts");
      done(diffExpect(id, options, terminal));
    });
  diff
    .command("run")
    .description("one recorded run in two versions, node by node; 1 if they differ")
    .argument("<run>", "id of the recorded request or change")
    .requiredOption("--base <ref>", "commit, branch or tag to compare with")
    .option("--head <ref>", "what is compared (default: the working tree as it is)")
    .option("--corpus <file>", "recorded runs, *.runs; may be given several times", collected)
    .addOption(new Option("--json", "print JSON for tools"))
    .addOption(new Option("--project <folder>", "folder of the project (default: found upwards from here)"))
    .action(async (id: string, options) => {
      const { diffRuns } = await import("./commands/report/diff.ts");
      done(await diffRuns(id, options, terminal));
    });
}
