import { element, textElement } from "@tenon/graph-core/internal";
import type { Report } from "../../report-schema.ts";
import { folded, list, table } from "./parts.ts";

/** Boxes of one graph; more than these are in the table. */
const BOXES_MAX = 40;

export function graphDiff({ graphDiff: { nodes, slots, edges, filesChanged } }: Report): string {
  const graphs = Map.groupBy(nodes, ({ graph }) => graph);
  return [
    ...[...graphs].map(([name, all]) => flow(name, all)),
    folded(
      `${nodes.length} ${nodes.length === 1 ? "node" : "nodes"}, with causes`,
      table(
        "Nodes that changed or are affected",
        ["node", "graph", "owner", "change", "cause", "what"],
        nodes.map(({ node, graph, owner, change, causes, what }) => [
          node,
          graph,
          owner,
          change,
          causes.join(", "),
          what,
        ]),
      ),
    ),
    table(
      "Slots that changed",
      ["slot", "owner", "change", "leaves the process"],
      slots.map(({ slot, owner, change, leaves }) => [slot, owner, change, leaves ? "yes" : "no"]),
    ),
    list([...edges.added.map((edge) => `+ ${edge}`), ...edges.removed.map((edge) => `− ${edge}`)]),
    folded(
      `${filesChanged.length} ${filesChanged.length === 1 ? "file" : "files"} changed`,
      table(
        "Files that changed",
        ["file", "owner"],
        filesChanged.map(({ file, owner }) => [file, owner]),
      ),
    ),
  ].join("");
}

const CHANGES = {
  added: "+ added",
  removed: "− removed",
  changed: "contract",
  code: "changed",
  upstream: "affected",
} as const;

/** In the order in which they run: where it begins, and how far it goes. */
function flow(graph: string, nodes: Report["graphDiff"]["nodes"]): string {
  const boxes = nodes
    .slice(0, BOXES_MAX)
    .map(({ node, owner, change }) =>
      element(
        "li",
        { class: change },
        textElement("span", { class: "tag" }, CHANGES[change]) +
          textElement("strong", {}, node) +
          textElement("span", { class: "soft" }, owner),
      ),
    );
  const more = nodes.length - boxes.length;
  const rest = more > 0 ? textElement("li", { class: "soft" }, `and ${more} more`) : "";
  return textElement("h3", {}, graph) + element("ol", { class: "flow" }, boxes.join("") + rest);
}
