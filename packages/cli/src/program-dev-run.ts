/** The words of `tenon record` and `tenon replay`. What they do is in `commands/` of the same names. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ExitCode } from "./exit-code.ts";
import type { Terminal } from "./terminal.ts";

type Told = (code: ExitCode) => void;

export function addDevRun(program: Command, terminal: Terminal, done: Told): void {
  addRecord(program, terminal, done);
  addReplay(program, terminal, done);
}

function addRecord(program: Command, terminal: Terminal, done: Told): void {
  program
    .command("record")
    .description("record runs as a corpus of stand-ins: of the marketplace in this process, or those that a host keeps")
    .requiredOption("-o, --out <file>", "file of the corpus, FILE.runs")
    .option("--requests <number>", "requests of the marketplace to run (default: 300)", fromOne)
    .option("--per-stratum <number>", "keep so many runs of each stratum, drawn at random (default: all)", fromOne)
    .option("--ads <number>", "ads of the marketplace (default: 2000)", fromOne)
    .option("--users <number>", "users of the marketplace (default: 100)", fromOne)
    .option("--seed <number>", "seed of campaigns, users and requests (default: 1)", wholeNumber)
    .addOption(
      new Option("--url <url>", "take what this host keeps instead").conflicts([
        ...["requests", "perStratum", "ads", "users", "seed"],
      ]),
    )
    .option("--id <request>", "a kept request of the host; may be given several times", collected)
    .option("--json", "print JSON for tools")
    .action(async (options) => {
      const { record } = await import("./commands/record.ts");
      done(await record(options, terminal));
    });
}

function addReplay(program: Command, terminal: Terminal, done: Told): void {
  program
    .command("replay")
    .description("run a corpus again on this version of the code, or one run of it in detail; 1 if something differs")
    .argument("<corpus>", "file of a corpus, or the id of a run in those that come with Tenon")
    .argument("[run]", "id of a run in the corpus")
    .option("--ids", "list the runs of the corpus, and run none")
    .option("--from <node>", "give what lies before this node, run it and what lies behind it")
    .option(
      "--override <edit>",
      "slot=json, slot.field=json, slot@ad=value or slot.column@ad=value; may be given several times",
      collected,
    )
    .option("--explain <ad>", "the verdict on one ad, by its id", wholeNumber)
    .addOption(
      new Option("--flip <number>", "the smallest change of this number that turns the ad's verdict").choices([
        "bid",
        "score",
      ]),
    )
    .option("--leaks", "look for a node that gives something else each time")
    .option("--values", "print what every slot held")
    .option("--save-test <file>", "write a test that holds what is shown, and the run beside it")
    .option("--json", "print JSON for tools")
    .action(async (corpus: string, run: string | undefined, options) => {
      const { replay } = await import("./commands/replay.ts");
      done(await replay(corpus, run, options, terminal));
    });
}

function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("expected a whole number from 0");
}

function fromOne(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("expected a whole number from 1");
}
