/** A group of the document that no handler makes, told to its owner and to everybody who reads it. */
import type { Diagnostic, Party } from "@tenon/graph-core";
import { AdDocumentRow } from "@tenon/nodes";
import type { Handler } from "@tenon/stream-runtime";
import { producedColumns } from "./handler-columns.ts";
import type { Item, Lineage } from "./lineage.ts";
import { listed } from "./words.ts";

export type Fields = ReadonlyMap<string, { readonly group: string; readonly column: string }>;

/** TENON1670 where serving reads a leaf of the group, TENON1671 where nobody does: one cause, one finding. */
export function groupsNobodyMakes(
  lineage: Lineage,
  handlers: readonly Handler[],
  fields: Fields,
  reviewed = "",
): readonly Diagnostic[] {
  const made = new Set(handlers.flatMap(producedColumns).map(({ entity, column }) => `${entity.name}.${column.group}`));
  const lost = [...Map.groupBy(fields, ([, { group }]) => group)].filter(
    ([group]) => !made.has(`${AdDocumentRow.name}.${group}`),
  );
  return lost.flatMap(([group, leaves]) => {
    const declared = AdDocumentRow.groups.find(({ name }) => name === group);
    if (declared === undefined) return [];
    const names = leaves.map(([leaf]) => leaf);
    const items = names.flatMap((leaf) => lineage.items.get(`leaf:${leaf}`) ?? []);
    const readers = readersOfAll(lineage, items);
    const maker = makerBefore(reviewed, names, handlers);
    const what = `group "${group}" of entity "${AdDocumentRow.name}" (owner ${declared.owner})`;
    const [reader] = readers;
    const reads = reader === undefined ? "" : `, which node "${reader.name}" (owner ${reader.owner}) reads`;
    const served = listed(readers.length === 0 ? names : namesRead(lineage, items));
    return [
      {
        code: readers.length === 0 ? "TENON1671" : "TENON1670",
        rule: readers.length === 0 ? "served-leaf-is-made" : "read-leaf-is-made",
        severity: "error",
        graph: maker?.graph ?? handlers[0]?.graph.name ?? "",
        message: `${maker === undefined ? "no handler" : `handler "${maker.name}" (owner ${maker.owner}) no longer`} produces ${what}: nothing makes ${served}${reads}`,
        primary: { kind: "owner", name: declared.owner, label: `owns group "${group}"` },
        secondary: readers.map((each) => partyOf(each, "reads it")),
        detail: {
          expected: `a handler with { entity: ${AdDocumentRow.name}, groups: ["${group}"] } in produces`,
          found: "none",
        },
        hint: `let ${maker === undefined ? `a handler of ${declared.owner}` : `handler "${maker.name}"`} produce "${group}" again, or take the leaves out of the servable document and of their readers`,
      } satisfies Diagnostic,
    ];
  });
}

/** Nodes of serving graphs, each once. */
function readersOfAll(lineage: Lineage, leaves: readonly Item[]): readonly Item[] {
  const reached = leaves.flatMap((leaf) => lineage.reached(leaf, "readers"));
  return [...new Map(reached.filter(({ kind }) => kind === "reader").map((item) => [item.id, item])).values()];
}

function namesRead(lineage: Lineage, leaves: readonly Item[]): readonly string[] {
  return leaves.filter((leaf) => readersOfAll(lineage, [leaf]).length > 0).map(({ name }) => name);
}

/** The handler in the reviewed manifest that made one of the leaves; it may be gone altogether. */
function makerBefore(reviewed: string, leaves: readonly string[], handlers: readonly Handler[]) {
  const line = reviewed.split("\n").find((each) => leaves.some((leaf) => each.startsWith(`leaf ${leaf} (`)));
  const name = /<- \S+ by ([a-z0-9-]+) ->/.exec(line ?? "")?.[1];
  if (name === undefined || name === "nobody") return undefined;
  const owner = new RegExp(`^handler ${name} \\((.+)\\)$`, "m").exec(reviewed)?.[1] ?? "unknown";
  return { name, owner, graph: handlers.find((each) => each.name === name)?.graph.name };
}

function partyOf({ name, owner }: Item, label: string): Party {
  return { kind: "node", name, owner, label };
}
