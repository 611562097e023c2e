/** The words of `tenon log` and `tenon repo`. What they do is in `commands/log/` and `commands/repo/`. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ExitCode } from "./exit-code.ts";
import type { Terminal } from "./terminal.ts";

type Told = (code: ExitCode) => void;

const jsonOption = (): Option => new Option("--json", "print JSON for tools");
const partitionOption = (): Option =>
  new Option("-p, --partition <number>", "this partition only (default: all)").argParser(wholeNumber);

/** Where the stores are. */
export function stores(command: Command): Command {
  return command
    .addOption(new Option("--database <url>", "Postgres to look at (default: DATABASE_URL, else the embedded server)"))
    .addOption(
      new Option(
        "--postgres-folder <folder>",
        "data folder of the embedded server (default: .tenon/postgres of the project)",
      ),
    )
    .addOption(new Option("--project <folder>", "folder of the project (default: found upwards from here)"))
    .addOption(jsonOption());
}

/** And where the log is. */
export function logStores(command: Command): Command {
  return stores(
    command.addOption(
      new Option("--kafka <brokers>", "host:port, joined by commas (default: KAFKA_BROKERS, else the log in Postgres)"),
    ),
  );
}

export function change(command: Command): Command {
  return command
    .addOption(new Option("-y, --yes", "do it without asking"))
    .addOption(new Option("--dry-run", "say what would be done, change nothing"));
}

export function addLog(program: Command, terminal: Terminal, done: Told): void {
  const log = program.command("log").description("topics, tasks and what waits in them; pause, drain, rewind");
  addLogLooks(log, terminal, done);
  addTaskChanges(log, terminal, done);
  logStores(change(log.command("trim")))
    .description("delete old records of a topic; refused while a task still needs them")
    .argument("<topic>", "name of the topic")
    .requiredOption("--before <place>", "an offset, a time, 7d for so long ago, or end")
    .addOption(partitionOption())
    .action(async (topic: string, options) => {
      const { logTrim } = await import("./commands/log/trim.ts");
      done(await logTrim(topic, options, terminal));
    });
}

function addLogLooks(log: Command, terminal: Terminal, done: Told): void {
  logStores(log.command("topics"))
    .description("topics with their records and newest time; with a name, its partitions")
    .argument("[topic]", "name of a topic")
    .action(async (topic: string | undefined, options) => {
      const { logTopics } = await import("./commands/log/topics.ts");
      done(await logTopics(topic, options, terminal));
    });
  logStores(log.command("status"))
    .description("every partition of every task: owner, offset, lag, outbox, parked, what happened; 1 if one is halted")
    .argument("[task]", "name of a task")
    .action(async (task: string | undefined, options) => {
      const { logStatus } = await import("./commands/log/status.ts");
      done(await logStatus(task, options, terminal));
    });
  logStores(log.command("read"))
    .description("records of a topic, decoded; of keys and values only their shape is shown")
    .argument("<topic>", "name of the topic")
    .addOption(partitionOption())
    .option("--from <place>", "earliest, an offset, a time, or 30m, 2h, 1d for so long ago", "earliest")
    .option("--max <number>", "most records shown", wholeNumber, 20)
    .option("--values", "show keys, headers and values, which may be about people")
    .action(async (topic: string, options) => {
      const { logRead } = await import("./commands/log/read.ts");
      done(await logRead(topic, options, terminal));
    });
  stores(log.command("parked"))
    .description("records that a task put aside, with reason, code and owner")
    .argument("<task>", "name of the task")
    .action(async (task: string, options) => {
      const { logParked } = await import("./commands/log/parked.ts");
      done(await logParked(task, options, terminal));
    });
}

function addTaskChanges(log: Command, terminal: Terminal, done: Told): void {
  stores(change(log.command("retry")))
    .description("let a task try parked records again")
    .argument("<task>", "name of the task")
    .option("--offset <number>", "a parked record; again for more", wholeNumbers)
    .option("--all", "every parked record")
    .addOption(partitionOption())
    .action(async (task: string, options) => {
      const { logRetry } = await import("./commands/log/parked.ts");
      done(await logRetry(task, options, terminal));
    });
  for (const [name, paused, says] of [
    ["pause", true, "let a task's workers finish their batch and take no more"],
    ["resume", false, "let a paused task go on"],
  ] as const) {
    stores(change(log.command(name)))
      .description(says)
      .argument("<task>", "name of the task")
      .action(async (task: string, options) => {
        const { logPause } = await import("./commands/log/pause.ts");
        done(await logPause(task, paused, options, terminal));
      });
  }
  stores(change(log.command("drain")))
    .description("pause a task and wait until every batch is committed and every message is in the log")
    .argument("<task>", "name of the task")
    .option("--wait <seconds>", "longest wait", wholeNumber, 30)
    .action(async (task: string, options) => {
      const { logDrain } = await import("./commands/log/pause.ts");
      done(await logDrain(task, options, terminal));
    });
  logStores(change(log.command("rewind")))
    .description("start a task anew from an earlier place; it forgets what it knew and sends its outputs again")
    .argument("<task>", "name of the task")
    .requiredOption("--to <place>", "earliest, an offset, a time, 2h for so long ago, or end")
    .addOption(partitionOption())
    .action(async (task: string, options) => {
      const { logRewind } = await import("./commands/log/rewind.ts");
      done(await logRewind(task, options, terminal));
    });
}

export function addRepo(program: Command, terminal: Terminal, done: Told): void {
  const repo = program.command("repo").description("rows, change feed, stored history and work of handlers");
  stores(repo.command("status"))
    .description("entities and rows, the last change, consumers of the feed, work")
    .action(async (options) => {
      const { repoStatus } = await import("./commands/repo/status.ts");
      done(await repoStatus(options, terminal));
    });
  stores(repo.command("work"))
    .description("work of handlers by lane: waiting, oldest, put aside and why")
    .argument("[handler]", "name of a handler")
    .action(async (handler: string | undefined, options) => {
      const { repoWork } = await import("./commands/repo/work.ts");
      done(await repoWork(handler, options, terminal));
    });
  stores(change(repo.command("retry")))
    .description("let parked work of a handler run again")
    .argument("<handler>", "name of the handler")
    .option("--key <key>", "a parked item; again for more", texts)
    .option("--all", "every parked item")
    .action(async (handler: string, options) => {
      const { repoRetry } = await import("./commands/repo/work.ts");
      done(await repoRetry(handler, options, terminal));
    });
  stores(repo.command("feeds"))
    .description("consumers of the change feed, and how far behind each is; 1 if a slot is lost")
    .action(async (options) => {
      const { repoFeeds } = await import("./commands/repo/feeds.ts");
      done(await repoFeeds(options, terminal));
    });
  stores(repo.command("history"))
    .description("how far back changes are kept, in which partitions, and who holds them")
    .action(async (options) => {
      const { repoHistory } = await import("./commands/repo/history.ts");
      done(await repoHistory(options, terminal));
    });
}

function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("expected a whole number from 0");
}

function wholeNumbers(text: string, before: readonly number[] | undefined): readonly number[] {
  return [...(before ?? []), wholeNumber(text)];
}

function texts(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}
