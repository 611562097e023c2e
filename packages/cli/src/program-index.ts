/** The words of `tenon index`. What they do is in `commands/index/`. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ExitCode } from "./exit-code.ts";
import type { Terminal } from "./terminal.ts";

function onStore(command: Command): Command {
  return command
    .addOption(new Option("--store <url>", "file:///folder or s3://bucket/prefix (default: OBJECT_STORE_URL)"))
    .addOption(new Option("--json", "print JSON for tools"));
}

export function addIndex(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  const index = program.command("index").description("published bases of the ad index: list, check, verify, go back");
  onStore(index.command("list"))
    .description("bases that can be gone back to, what history they need, and the last swaps")
    .action(async (options) => {
      const { indexList } = await import("./commands/index/list.ts");
      done(await indexList(options, terminal));
    });
  onStore(index.command("publish-check"))
    .description("what the gates say about a build, against the base that serves; changes nothing; 1 if one fails")
    .argument("<build>", "folder of the build, with its build.json")
    .option("--shrink-max <share>", "largest share of documents that may be gone (default: 0.1)", share)
    .option("--growth-max <share>", "largest share of documents that may be new (default: 0.5)", share)
    .option("--null-rise-max <share>", "largest rise of empty values in a column (default: 0.02)", share)
    .option("--without-vector-max <share>", "largest share of ads without a vector (default: 0.01)", share)
    .action(async (folder: string, options) => {
      const { indexPublishCheck } = await import("./commands/index/publish-check.ts");
      done(await indexPublishCheck(folder, options, terminal));
    });
  onStore(index.command("rollback"))
    .description("make a kept base the current one")
    .argument("<base>", "name of the base")
    .requiredOption("--reason <text>", "why; it is kept in the history")
    .addOption(new Option("-y, --yes", "do it without asking"))
    .addOption(new Option("--dry-run", "say what would be done, change nothing"))
    .action(async (base: string, options) => {
      const { indexRollback } = await import("./commands/index/rollback.ts");
      done(await indexRollback(base, options, terminal));
    });
  onStore(index.command("verify"))
    .description("read every file of a base and compare it with its manifest; 1 if one differs")
    .argument("[base]", "name of the base (default: the current one)")
    .action(async (base: string | undefined, options) => {
      const { indexVerify } = await import("./commands/index/verify.ts");
      done(await indexVerify(base, options, terminal));
    });
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("expected a share from 0, such as 0.1");
}
