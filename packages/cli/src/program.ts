/** The words of the command line. What a command does is loaded when it is asked for: a start costs what it uses. */
import { Argument, Command, InvalidArgumentError, Option } from "commander";
import type { ExitCode } from "./exit-code.ts";
import { addDevRun } from "./program-dev-run.ts";
import { addIndex } from "./program-index.ts";
import { addIndexing } from "./program-indexing.ts";
import { addDiff, addReport } from "./program-report.ts";
import { addLog, addRepo } from "./program-stores.ts";
import { type FlaggedSetting, flagWords, RUN_SETTINGS, SETTING_FLAGS } from "./serving/settings-flags.ts";
import type { Terminal } from "./terminal.ts";
import { cliVersion } from "./version.ts";

const EXIT_CODES = `
Exit codes: 0 pass, 1 findings, 2 wrong usage or settings, 3 could not finish, 4 our mistake.
Data goes to standard output, talk to standard error; NO_COLOR is honoured.`;

/**
 * @param done told the exit code of the command that ran
 */
export function createProgram(terminal: Terminal, done: (code: ExitCode) => void): Command {
  const program = new Command("tenon")
    .description("Typed graphs of nodes: check, draw, run and serve them.")
    .version(cliVersion(), "-V, --version", "print the version")
    .helpCommand("help [command]", "explain a command")
    .helpOption("-h, --help", "explain the command")
    .addHelpText("after", EXIT_CODES)
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.talk,
      // Said once, with a code and a hint, by whoever catches the error.
      outputError: () => undefined,
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
      getOutHasColors: () => terminal.color,
      getErrHasColors: () => terminal.talkColor,
    })
    .exitOverride()
    .showSuggestionAfterError();
  addUp(program, terminal, done);
  addRun(program, terminal, done);
  addCheck(program, terminal, done);
  addGraph(program, terminal, done);
  addExplain(program, terminal, done);
  addNew(program, terminal, done);
  addDoctor(program, terminal, done);
  addLog(program, terminal, done);
  addRepo(program, terminal, done);
  addIndex(program, terminal, done);
  addIndexing(program, terminal, done);
  addReport(program, terminal, done);
  addDiff(program, terminal, done);
  addDevRun(program, terminal, done);
  addStudio(program, terminal, done);
  addBench(program, terminal, done);
  addBuild(program, terminal, done);
  addCompletion(program, terminal, done);
  return program;
}

type Add = (program: Command, terminal: Terminal, done: (code: ExitCode) => void) => void;

const projectOption = (): Option =>
  new Option("--project <folder>", "folder of the project (default: found upwards from here)");
const jsonOption = (): Option => new Option("--json", "print JSON for tools");

const addUp: Add = (program, terminal, done) => {
  const command = program
    .command("up")
    .description("run the whole system, or some of its roles, and show one sample request and one change")
    .option("--once", "stop after what is shown")
    .option("--role <role>", "gateway, updater, argus, batch or admixer; may be given several times", collected)
    .option("--edits <number>", "edits of simulated advertisers per second (default: 2)", someOrNone)
    .option("--reports <folder>", "reports that the studio opens (default: .tenon/report of the project)")
    .addOption(jsonOption())
    .addOption(projectOption());
  addSettings(command, Object.keys(SETTING_FLAGS) as FlaggedSetting[]).action(async (options) => {
    const { up } = await import("./commands/up.ts");
    done(await up(options, terminal));
  });
};

function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

const EDITS_PER_SECOND_MAX = 1_000;

function someOrNone(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= EDITS_PER_SECOND_MAX) return value;
  throw new InvalidArgumentError(`expected a number from 0 to ${EDITS_PER_SECOND_MAX}`);
}

const addRun: Add = (program, terminal, done) => {
  const command = program
    .command("run")
    .description("answer one request in this process and say what became of every candidate")
    .argument("[graph]", "the graph to run (default: ad-request)")
    .addOption(
      new Option("-r, --request <file>", "body of the request as JSON, - for standard input").conflicts("sample"),
    )
    .option("-s, --sample <number>", "a request of the marketplace's users, from 0 (default: 0)", wholeNumber)
    .option("--ledger", "every stage: entered, kept, dropped, reasons")
    .option("--timing", "every node: when it started, how long it took")
    .option("--explain <ad>", "the way of one ad, by its id", wholeNumber)
    .addOption(jsonOption())
    .addOption(projectOption());
  addSettings(command, RUN_SETTINGS).action(async (graph: string | undefined, options) => {
    const { run } = await import("./commands/run.ts");
    done(await run(graph, options, terminal));
  });
};

function addSettings(command: Command, names: readonly FlaggedSetting[]): Command {
  for (const name of names) command.option(flagWords(name), SETTING_FLAGS[name][1]);
  return command;
}

const addCheck: Add = (program, terminal, done) => {
  program
    .command("check")
    .description("check every graph, the sources of nodes and their owners; runs nothing")
    .addOption(jsonOption().conflicts("sarif"))
    .addOption(new Option("--sarif", "print SARIF 2.1.0 for code hosts"))
    .addOption(new Option("--no-types", "leave the type checker out: graphs and node sources only, in a second"))
    .addOption(projectOption())
    .action(async (options) => {
      const { check } = await import("./commands/check.ts");
      done(await check(options, terminal));
    });
};

const addGraph: Add = (program, terminal, done) => {
  program
    .command("graph")
    .description("draw one graph; without a name, list them")
    .argument("[name]", "name of the graph")
    .addOption(
      new Option("--text", "canonical text, one line a node (default)").conflicts(["json", "mermaid", "svg", "html"]),
    )
    .addOption(jsonOption().conflicts(["mermaid", "svg", "html"]))
    .addOption(new Option("--mermaid", "Mermaid text, for Markdown").conflicts(["svg", "html"]))
    .addOption(new Option("--svg", "a picture").conflicts("html"))
    .addOption(new Option("--html", "one page with picture, table and search"))
    .addOption(new Option("-o, --out <file>", "write to a file instead of standard output"))
    .addOption(projectOption())
    .action(async (name: string | undefined, options) => {
      const { drawGraph } = await import("./commands/graph.ts");
      done(await drawGraph(name, options, terminal));
    });
};

const addExplain: Add = (program, terminal, done) => {
  const command = program
    .command("explain")
    .description("explain an error code, or what became of an ad")
    .usage("[code] | ad <request> <ad>");
  command
    .command("code", { isDefault: true })
    .description("the page of an error code; without one, the list (`code` may be left out)")
    .argument("[code]", "TENON1xxx")
    .addOption(jsonOption())
    .action(async (code: string | undefined, options) => {
      const { explain } = await import("./commands/explain.ts");
      done(await explain(code, options, terminal));
    });
  command
    .command("ad")
    .description("what became of an ad in a request that a running host traced")
    .argument("<request>", "id of the request")
    .argument("<ad>", "id of the ad", wholeNumber)
    .option("--url <url>", "where the host listens", "http://127.0.0.1:8787")
    .addOption(jsonOption())
    .action(async (requestId: string, adId: number, options) => {
      const { explainAd } = await import("./commands/explain-ad.ts");
      done(await explainAd({ requestId, adId, ...options }, terminal));
    });
};

const addNew: Add = (program, terminal, done) => {
  const command = program.command("new").description("begin a node or a graph from a template that runs");
  const common = (each: Command): Command =>
    each
      .requiredOption("--owner <team>", "team that owns it, from owners.json")
      .option("--purpose <line>", "what it is for, one line")
      .option("--dry-run", "show what would be written, write nothing")
      .addOption(jsonOption())
      .addOption(projectOption());
  common(command.command("node"))
    .description("contract, code, test and golden of a node, its slot and its export")
    .argument("<stage/name>", "for example ranking/score-freshness")
    .addOption(
      new Option("--kind <kind>", "what it does with candidates").choices(["node", "filter", "map"]).default("node"),
    )
    .option("--reads <slots>", "slot tokens, joined by commas", list)
    .option("--of <slot>", "candidates that a filter or map works on")
    .option("--writes <slot>", "token of the slot it writes (default: made of its name)")
    .action(async (path: string, options) => {
      const { createNode } = await import("./commands/new.ts");
      done(await createNode({ ...options, path }, terminal));
    });
  common(command.command("graph"))
    .description("a graph of nodes that are there, its export and its drawing")
    .argument("<folder/name>", "for example serving/user-preview")
    .requiredOption("--nodes <names>", "nodes in reading order, joined by commas", list)
    .action(async (path: string, options) => {
      const { createGraph } = await import("./commands/new.ts");
      done(await createGraph({ ...options, path }, terminal));
    });
};

const addDoctor: Add = (program, terminal, done) => {
  const command = program
    .command("doctor")
    .description("look at Node, packages, settings and their sources, folders, port, models and data")
    .addOption(jsonOption())
    .addOption(projectOption());
  addSettings(command, Object.keys(SETTING_FLAGS) as FlaggedSetting[]).action(async (options) => {
    const { doctor } = await import("./commands/doctor.ts");
    done(await doctor(options, terminal));
  });
};

const addStudio: Add = (program, terminal, done) => {
  program
    .command("studio")
    .description(
      "open a running host's studio here: why ads did (not) show, why documents are stale; or write it to a folder",
    )
    .option("--host <url>", "a host that `tenon up` runs (default: TENON_HOST, else http://127.0.0.1:8787)")
    .option("--token <token>", "its admin token (default: TENON_ADMIN_TOKEN)")
    .option("--port <number>", "port of the studio on this machine, 0 for a free one", wholeNumber, 8790)
    .option("--reports <folder>", "reports of dev runs to take along (default: .tenon/report of the project)")
    .addOption(
      new Option("--export <folder>", "write everything to a folder for any server of files").conflicts("port"),
    )
    .addOption(jsonOption())
    .action(async (options) => {
      const { studio } = await import("./commands/studio.ts");
      done(await studio(options, terminal));
    });
};

const addBench: Add = (program, terminal, done) => {
  program
    .command("bench")
    .description("measure against other libraries and the goals")
    .argument("<suite>", "graph, admixer or cli; any other name lists what there is")
    .option("--quick", "fewer rounds, under a minute")
    .addOption(jsonOption())
    .addOption(projectOption())
    .action(async (suite: string, options) => {
      const { bench } = await import("./commands/bench.ts");
      done(await bench(suite, options, terminal));
    });
};

const addBuild: Add = (program, terminal, done) => {
  program
    .command("build")
    .description("write the code of every graph to a file, for places that forbid code generation")
    .option("-o, --out <folder>", "folder of the files, from the project (default: graphs/plans)")
    .option("--check", "write nothing; a file that is not up to date is a finding")
    .addOption(jsonOption())
    .addOption(projectOption())
    .action(async (options) => {
      const { build } = await import("./commands/build.ts");
      done(await build(options, terminal));
    });
};

const addCompletion: Add = (program, terminal, done) => {
  program
    .command("completion")
    .description("print a script that completes commands and options in a shell")
    .addArgument(new Argument("<shell>", "the shell").choices(["bash", "zsh", "fish"]))
    .action(async (shell: "bash" | "zsh" | "fish") => {
      const { completion } = await import("./commands/completion.ts");
      done(completion(shell, program, terminal));
    });
};

function list(text: string): readonly string[] {
  return text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
}

function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("expected a whole number from 0");
}
