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
    .option("--corpus <file>", "recorded runs, *.runs; may be given several times (default: corpora/*.runs)", collected)
    .option("--entries <number>", "run at most so many entries of each corpus, evenly spread", positive)
    .option("--rounds <number>", "rounds of measuring time (default: 5)", positive)
    .option("--seed <number>", "seed of every resampling", positive)
    .option("--expect <file>", "changes that are meant (default: changes.expect.json)")
    .option("-o, --out <folder>", "where the report goes (default: .tenon/report)")
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
