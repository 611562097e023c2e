import { type Item, type ItemKind, type Lineage, lineageOf, shownItem } from "@tenon/indexer/lineage";
import { cliError } from "../../cli-error.ts";
import { ExitCode } from "../../exit-code.ts";
import { colorsFor } from "../../output/colors.ts";
import { jsonText } from "../../output/json.ts";
import { nearest } from "../../output/nearest.ts";
import { treeLines } from "../../output/tree.ts";
import { loadGraphs } from "../../project/load-graphs.ts";
import { loadLineageParts } from "../../project/load-lineage.ts";
import { projectOf } from "../../project/project-of.ts";
import type { Terminal } from "../../terminal.ts";
import { itemTrees, routesIn, treeNodes } from "./item-tree.ts";

export interface LineageOptions {
  readonly project?: string;
  readonly json?: boolean;
}

const KINDS: Readonly<Record<"field" | "column", readonly ItemKind[]>> = {
  field: ["leaf"],
  column: ["column", "source"],
};

/** `tenon lineage field|column NAME`: who makes it of what, who reads it, and whose each step is. */
export async function lineageOfItem(
  asked: "field" | "column",
  name: string,
  options: LineageOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const project = projectOf(options, terminal);
  const lineage = lineageOf(await loadLineageParts(project, await loadGraphs(project)));
  const item = itemNamed(lineage, asked, name);
  const madeOf = itemTrees(lineage, item, "makers");
  const readBy = itemTrees(lineage, item, "readers");
  if (options.json) {
    const { kind, owner, class: dataClass } = item;
    terminal.out(jsonText({ item: { kind, name: item.name, owner, class: dataClass ?? null }, madeOf, readBy }));
    return ExitCode.pass;
  }
  const { bold, dim } = colorsFor(terminal.color);
  const lines = [
    `${bold(shownItem(item))} ${dim(item.kind)}`,
    ...["", bold("made of"), ...(madeOf.length === 0 ? ["nothing: here it begins"] : treeLines(treeNodes(madeOf)))],
    ...routesIn(madeOf).flatMap((route) => ["", `${bold("sources come by")} ${route}`]),
    ...["", bold("read by"), ...(readBy.length === 0 ? ["nobody"] : treeLines(treeNodes(readBy)))],
  ];
  terminal.out(`${lines.join("\n")}\n`);
  return ExitCode.pass;
}

/** @throws GraphError TENON1715 */
function itemNamed(lineage: Lineage, asked: "field" | "column", name: string): Item {
  const all = KINDS[asked].flatMap((kind) => lineage.ofKind(kind));
  const found = all.find((item) => item.name === name);
  if (found !== undefined) return found;
  throw cliError("unknownName", {
    message: `there is no ${asked} "${name}"`,
    detail:
      asked === "field"
        ? "expected a leaf such as ad.bid"
        : "expected entity.group.column, or table.column of the source",
    hint:
      nearest(
        name,
        all.map((item) => item.name),
      ) ?? "graphs/topology/servable-document.lineage.txt lists them",
  });
}
