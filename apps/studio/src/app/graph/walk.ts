import type { GraphDocument } from "../../data/graph-document.ts";
import { type Arrangement, boxOf, type PlacedBox } from "./arrange.ts";

/** The node that an arrow key leads to: up and down along the edges, left and right to the neighbour in the picture. */
export function walk(
  graph: GraphDocument,
  { boxes }: Arrangement,
  byId: ReadonlyMap<string, PlacedBox>,
  at: string,
  way: "up" | "down" | "left" | "right",
): string | undefined {
  const from = boxOf(graph, at, byId);
  if (from === undefined) return undefined;
  if (way === "up" || way === "down") {
    const box = (name: string) => boxOf(graph, name, byId);
    const next = neighbours(graph, at, way).filter((name) => box(name)?.id !== from.id);
    const across = (name: string) =>
      Math.abs((box(name)?.x ?? 0) + (box(name)?.width ?? 0) / 2 - from.x - from.width / 2);
    const far = (name: string) => Math.abs((box(name)?.y ?? 0) - from.y);
    return (
      next.toSorted((one, other) => far(one) - far(other) || across(one) - across(other))[0] ??
      neighbours(graph, at, way)[0]
    );
  }
  const beside = boxes
    .filter(({ kind, id }) => (kind === "node" || kind === "group") && id !== from.id)
    .filter(({ y, height }) => y < from.y + from.height && from.y < y + height)
    .filter(({ x }) => (way === "left" ? x < from.x : x > from.x))
    .toSorted((one, other) => Math.abs(one.x - from.x) - Math.abs(other.x - from.x))[0];
  if (beside === undefined) return undefined;
  return beside.kind === "node" ? beside.id : graph.groups.find(({ id }) => id === beside.id)?.nodes[0];
}

function neighbours(graph: GraphDocument, at: string, way: "up" | "down"): readonly string[] {
  const found = graph.slots.flatMap(({ producer, readers }) => {
    if (producer === null || producer.startsWith("@")) return [];
    if (way === "up") return readers.includes(at) ? [producer] : [];
    return producer === at ? readers : [];
  });
  return [...new Set(found)].filter((name) => name !== at);
}
