/** The words of `tenon lineage`, `doc`, `workflow` and `switch`. What they do is in `commands/` of the same names. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ExitCode } from "./exit-code.ts";
import { logStores, stores } from "./program-stores.ts";
import type { Terminal } from "./terminal.ts";

type Told = (code: ExitCode) => void;

export function addIndexing(program: Command, terminal: Terminal, done: Told): void {
  addLineage(program, terminal, done);
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
