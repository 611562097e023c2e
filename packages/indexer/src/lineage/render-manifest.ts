/** The lineage as text, each fact in one line and once: a change of wiring changes the lines that it concerns. */
import type { Handler } from "@tenon/stream-runtime";
import { inputColumns, producedColumns } from "./handler-columns.ts";
import { type Actor, columnName, type Edge, type Item, type Lineage } from "./lineage.ts";

/** In the order of the way: sources, handlers, leaves, index and readers, features. */
export function renderManifest(lineage: Lineage, handlers: readonly Handler[]): string {
  const edges = (kind: Item["kind"]) => lineage.edges.filter(({ from }) => from.kind === kind);
  return [
    "lineage of the servable document: every fact is declared, `vitest run packages/indexer/src/lineage -u` writes it anew",
    ...["", ...routeLines(lineage)],
    ...["", ...sourceLines(lineage)],
    ...handlers.flatMap((handler) => ["", ...handlerLines(handler)]),
    ...["", ...lineage.ofKind("leaf").map((leaf) => leafLine(lineage, leaf))],
    ...["", ...perFrom(edges("place"))],
    ...["", ...perFrom(edges("candidate"))],
    ...["", ...perFrom(edges("feature"))],
    "",
  ].join("\n");
}

/** `name (owner)`, and the class where there is one. */
export function shownItem({ name, owner, class: dataClass }: Item): string {
  return `${name} (${owner}${dataClass === undefined ? "" : `, ${dataClass}`})`;
}

export function shownVia(via: Edge["via"]): readonly string[] {
  return via.map((alternatives) => {
    const owners = [...new Set(alternatives.map(({ owner }) => owner))];
    const kind = alternatives[0]?.kind ?? "node";
    return `${kind} ${alternatives.map(({ name }: Actor) => name).join(" | ")} (${owners.join(", ")})`;
  });
}

function routeLines(lineage: Lineage): readonly string[] {
  const routes = lineage.edges.filter(({ from, via }) => from.kind === "source" && via.length > 0);
  return [...new Set(routes.map(({ via }) => `route ${shownVia(via).join(" > ")}`))];
}

function sourceLines(lineage: Lineage): readonly string[] {
  return lineage.ofKind("source").map((source) => {
    const made = lineage.readersOf(source).map(({ to }) => shownItem(to));
    return `source ${shownItem(source)} -> ${made.join(", ")}`;
  });
}

function handlerLines(handler: Handler): readonly string[] {
  const line = (word: string, { entity, column }: ReturnType<typeof inputColumns>[number]) =>
    `  ${word} ${columnName(entity.name, column.group, column.name)}`;
  return [
    `handler ${handler.name} (${handler.owner})`,
    ...new Set(inputColumns(handler).map((each) => line("reads", each))),
    ...producedColumns(handler).map((each) => line("makes", each)),
  ];
}

function leafLine(lineage: Lineage, leaf: Item): string {
  const columns = lineage.makersOf(leaf).map(({ from }) => {
    const handlers = lineage.makersOf(from).flatMap(({ via }) => via.flat().map(({ name }) => name));
    return `${from.name} by ${[...new Set(handlers)].join(", ") || "nobody"}`;
  });
  const kept = lineage.readersOf(leaf).map(({ to }) => to.name);
  const places = kept.length === 0 ? "not kept by the index" : kept.join(", ");
  return `leaf ${shownItem(leaf)} <- ${columns.join(", ") || "nothing"} -> ${places}`;
}

function perFrom(edges: readonly Edge[]): readonly string[] {
  return [...Map.groupBy(edges, ({ from }) => from)].map(([from, own]) => {
    const to = own.map(({ to: item, via }) => {
      const by = shownVia(via);
      return `${item.kind === "reader" ? "node " : `${item.kind} `}${shownItem(item)}${by.length === 0 ? "" : ` by ${by.join(" > ")}`}`;
    });
    return `${from.kind} ${from.name} -> ${to.join(", ")}`;
  });
}
