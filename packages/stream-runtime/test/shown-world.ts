/** What is shown of an ad, made of its label by a second handler: work that a run of the first hands on. */
import { graph, node, slot } from "@tenon/graph-core";
import { entity, read, type WriteSet, WriteSetBuilder, writeSetSchema } from "@tenon/storage-repo/api";
import { z } from "zod";
import { rowSchema, WorkItem } from "../src/api/index.ts";
import { handler, ownRow } from "../src/index.ts";
import { LabelRead, TREE } from "./tree-world.ts";

const owner = "ads-streams" as const;

export const Shown = entity("tree_shown", {
  ...{ owner, purpose: "what is shown of an ad", key: z.int() },
  groups: { text: { owner, class: "content", columns: { text: z.string() } } },
});
export const ShownRead = read(Shown, ["text"]);
export const SHOWN_TREE = [...TREE, Shown] as const;

/** Labels that nobody can show: the run of such an ad fails. */
export const POISON = "13/";

export function shownOf(label: string | null): string {
  return `shown: ${label ?? "nothing"}`;
}

const ShownLabel = slot("shownLabel", z.nullable(rowSchema(LabelRead)), { owner });
const ShownWrites = slot("shownTextWrites", writeSetSchema([Shown]), { owner, leaves: "outside" });
const showLabel = node({
  ...{ owner, purpose: "writes what is shown of an ad", reads: [ShownLabel, WorkItem], writes: [ShownWrites] },
  run: ({ shownLabel, workItem: { key, version } }) => {
    const label = shownLabel?.columns.label ?? null;
    if (label?.startsWith(POISON)) throw new Error("bad luck");
    const writes: WriteSet = new WriteSetBuilder()
      .write(Shown, "text", { key: key as number, version, columns: { text: shownOf(label) } })
      .build();
    return { shownTextWrites: writes as never };
  },
});

export const labelsShown = handler({
  ...{ name: "labels-shown", owner, purpose: "what is shown of ads" },
  inputs: [ownRow(ShownLabel, LabelRead)],
  graph: graph({
    ...{ name: "labels-shown", owner, request: [ShownLabel, WorkItem], nodes: { showLabel }, respond: [ShownWrites] },
  }),
  writes: ShownWrites,
  produces: [{ entity: Shown, groups: ["text"] }],
});
