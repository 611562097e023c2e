/** The words of `tenon lineage`, `doc`, `workflow`, `switch`, `probe` and `drill`. What they do is in `commands/` of the same names. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ExitCode } from "./exit-code.ts";
import { change, logStores, stores } from "./program-stores.ts";
import type { Terminal } from "./terminal.ts";

type Told = (code: ExitCode) => void;

export function addIndexing(program: Command, terminal: Terminal, done: Told): void {
  addLineage(program, terminal, done);
  addDoc(program, terminal, done);
  addWorkflow(program, terminal, done);
  addSwitch(program, terminal, done);
  addProbe(program, terminal, done);
  addDrill(program, terminal, done);
}

function ofProject(command: Command): Command {
  return command
    .addOption(new Option("--project <folder>", "folder of the project (default: found upwards from here)"))
    .addOption(new Option("--json", "print JSON for tools"));
}

function addLineage(program: Command, terminal: Terminal, done: Told): void {
  const lineage = program.command("lineage").description("who makes a served field, of what, and who reads it");
  for (const [asked, argument, says, means] of [
    [
      "field",
      "<leaf>",
      "a leaf of the servable document, such as ad.bid",
      "from its sources to the nodes that read it",
    ],
    [
      "column",
      "<column>",
      "entity.group.column, or table.column of the source",
      "what it is made of, and what is made of it",
    ],
  ] as const) {
    ofProject(lineage.command(asked))
      .description(means)
      .argument(argument, says)
      .action(async (name: string, options) => {
        const { lineageOfItem } = await import("./commands/lineage/lineage.ts");
        done(await lineageOfItem(asked, name, options, terminal));
      });
  }
  ofProject(lineage.command("slot"))
    .description("fields of a document that go into a slot, and who reads it")
    .argument("<slot>", "name of a slot")
    .action(async (name: string, options) => {
      const { lineageOfSlot } = await import("./commands/lineage/slot.ts");
      done(await lineageOfSlot(name, options, terminal));
    });
}

function addDoc(program: Command, terminal: Terminal, done: Told): void {
  logStores(program.command("doc"))
    .description(
      "where the document of an ad is on its way, and the first reason why it is stale or missing; 1 if it is",
    )
    .argument("<ad>", "id of the ad", wholeNumber)
    .option("--ads-database <url>", "Postgres of the advertisers (default: ADS_DATABASE_URL, else the same database)")
    .option("--slot <name>", "replication slot by which its changes are read", "tenon_gateway")
    .option("--store <url>", "where bases are: file:///folder or s3://bucket/prefix (default: OBJECT_STORE_URL)")
    .option("--host <url>", "a serving process to ask; again for more", texts)
    .action(async (adId: number, options) => {
      const { doc } = await import("./commands/doc/doc.ts");
      done(await doc(adId, options, terminal));
    });
}

function addWorkflow(program: Command, terminal: Terminal, done: Told): void {
  const workflow = program
    .command("workflow")
    .description("batch work of the indexer: what there is, its runs, run it now");
  stores(workflow.command("list"))
    .description("workflows with what they take, when each is due, and how its last run ended")
    .action(async (options) => {
      const { workflowList } = await import("./commands/workflow/workflow.ts");
      done(await workflowList(options, terminal));
    });
  stores(workflow.command("run"))
    .description("ask for a run; a process with role batch takes it")
    .argument("<workflow>", "name of the workflow")
    .option("--option <name=value>", "what the run takes; again for more", texts)
    .action(async (name: string, options) => {
      const { workflowRun } = await import("./commands/workflow/workflow.ts");
      done(await workflowRun(name, options, terminal));
    });
  stores(workflow.command("runs"))
    .description("the newest runs, how far they are or what they came to; 1 if the newest of a workflow failed")
    .argument("[workflow]", "name of a workflow")
    .option("--max <number>", "most runs shown", wholeNumber, 20)
    .action(async (name: string | undefined, options) => {
      const { workflowRuns } = await import("./commands/workflow/workflow.ts");
      done(await workflowRuns(name, options, terminal));
    });
}

function addSwitch(program: Command, terminal: Terminal, done: Told): void {
  const switches = program
    .command("switch")
    .description("orders to a running pipeline, each with who gave it, when and why");
  stores(switches.command("list"))
    .description("every switch with its value, who turned it and why")
    .action(async (options) => {
      const { switchList } = await import("./commands/switch/switch.ts");
      done(await switchList(options, terminal));
    });
  stores(change(switches.command("set")))
    .description("turn a switch; every process follows")
    .argument("<switch>", "name of the switch")
    .argument("<value>", "true, false, null, a number, or a time")
    .requiredOption("--reason <text>", "why; whoever finds it turned will read it")
    .action(async (name: string, value: string, options) => {
      const { switchSet } = await import("./commands/switch/switch.ts");
      done(await switchSet(name, value, options, terminal));
    });
}

function addProbe(program: Command, terminal: Terminal, done: Told): void {
  const probe = program
    .command("probe")
    .description("ads that teams write at the source, to see that they come to every ad server");
  const folder = [
    "--folder <folder>",
    "folder of probes (default: PROBES_FOLDER, else probes/ of the project)",
  ] as const;
  stores(probe.command("list"))
    .description("the project's probes, and how each went last")
    .option(...folder)
    .action(async (options) => {
      const { probeList } = await import("./commands/probe/probe.ts");
      done(await probeList(options, terminal));
    });
  stores(probe.command("run"))
    .description("run a probe now and wait for it; 1 if a server was too late")
    .argument("<probe>", "name of the probe")
    .option(...folder)
    .action(async (name: string, options) => {
      const { probeRun } = await import("./commands/probe/probe.ts");
      done(await probeRun(name, options, terminal));
    });
}

function addDrill(program: Command, terminal: Terminal, done: Told): void {
  const drill = program.command("drill").description("what to do on a bad day, order by order, on what runs");
  drill
    .command("list")
    .description("drills, what each is for, and what has to be done first")
    .addOption(new Option("--json", "print JSON for tools"))
    .action(async (options) => {
      const { drillList } = await import("./commands/drill/drill.ts");
      done(drillList(options, terminal));
    });
  logStores(change(drill.command("run")))
    .description("give a drill's orders one after the other, say what came of each, verify the end")
    .argument("<drill>", "name of the drill")
    .option("--since <time>", "bad-content: from when on content is bad")
    .option("--base <name>", "bad-release: base to go back to (default: the one before)")
    .option("--handlers <names>", "bad-release: handlers that were wrong, with commas between them (default: all)")
    .option("--store <url>", "where bases are: file:///folder or s3://bucket/prefix (default: OBJECT_STORE_URL)")
    .option("--host <url>", "an ad server that takes part; again for more", texts)
    .action(async (name: string, options) => {
      const { drillRun } = await import("./commands/drill/drill.ts");
      done(await drillRun(name, options, terminal));
    });
}

function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("expected a whole number from 0");
}

function texts(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}
