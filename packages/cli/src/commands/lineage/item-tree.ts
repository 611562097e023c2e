/** One item of the lineage with everything it is made of, or everything that is made of it. */
import { type Edge, type Item, type Lineage, shownItem, shownVia } from "@tenon/indexer/lineage";
import type { TreeNode } from "../../output/tree.ts";

type Way = "makers" | "readers";

export interface ItemTree {
  readonly kind: Item["kind"];
  readonly name: string;
  readonly owner: string;
  readonly class?: string | undefined;
  /** Who passes the value on between this item and the one it stands under. */
  readonly by: readonly string[];
  /** Absent where the item stood before: its own are there. */
  readonly from?: readonly ItemTree[];
}

/** Everything in one direction; an item is followed where it is met first. */
export function itemTrees(
  lineage: Lineage,
  item: Item,
  way: Way,
  seen = new Set<string>([item.id]),
): readonly ItemTree[] {
  return edgesOf(lineage, item, way).map((edge) => {
    const next = way === "makers" ? edge.from : edge.to;
    const { kind, name, owner } = next;
    const facts = { kind, name, owner, class: next.class, by: shownVia(edge.via) };
    if (seen.has(next.id)) return facts;
    seen.add(next.id);
    return { ...facts, from: itemTrees(lineage, next, way, seen) };
  });
}

function edgesOf(lineage: Lineage, item: Item, way: Way): readonly Edge[] {
  return way === "makers" ? lineage.makersOf(item) : lineage.readersOf(item);
}

/** Items that come by the same hands stand under one line that names them; a source stands beside the column that it fills. */
export function treeNodes(trees: readonly ItemTree[]): readonly TreeNode[] {
  const groups = Map.groupBy(trees, ({ by }) => by.join(" > "));
  return [...groups].flatMap(([by, own]) => {
    const nodes = own.map((tree) => {
      const sources = (tree.from ?? []).filter(({ kind }) => kind === "source");
      const rest = (tree.from ?? []).filter(({ kind }) => kind !== "source");
      const beside = sources.map(({ name, owner }) => ` <- ${name} (${owner})`).join("");
      return { text: `${lineOf(tree)}${beside}`, children: treeNodes(rest) };
    });
    return by === "" ? nodes : [{ text: `by ${by}`, children: nodes }];
  });
}

/** The ways from sources to their columns, each once. */
export function routesIn(trees: readonly ItemTree[]): readonly string[] {
  const own = trees.flatMap(({ kind, by, from = [] }) => [
    ...(kind === "source" ? [by.join(" > ")] : []),
    ...routesIn(from),
  ]);
  return [...new Set(own)];
}

/** Kinds whose names say what they are. */
const PLAIN = new Set<Item["kind"]>(["column", "leaf"]);

function lineOf(tree: ItemTree): string {
  const kind = tree.kind === "reader" ? "node " : PLAIN.has(tree.kind) ? "" : `${tree.kind} `;
  const { class: dataClass } = tree;
  const shown = shownItem({
    ...tree,
    id: "",
    ...(dataClass !== undefined && { class: dataClass as "control" }),
  } as Item);
  return `${kind}${shown}${tree.from === undefined ? ", as above" : ""}`;
}
