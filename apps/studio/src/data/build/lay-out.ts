/** Places of boxes and lines, by graph-core's layout. Made once per graph; the browser only moves what is there. */
import { REQUEST_END, RESPOND_END, type Topology, type TopologyEdge, type TopologyNode } from "@tenon/graph-core";
import { type Drawing, drawTopology } from "@tenon/graph-core/internal";
import type { GraphDocument, GraphGroup } from "../graph-document.ts";
import type { DrawingJson } from "../parts.ts";
import type { Grouping } from "./group-nodes.ts";

/** Boxes of one picture; beyond it a browser no longer moves them smoothly. */
export const BOXES_MAX = 200;

/** Width and height of a box, px. */
const NODE = { width: 200, height: 52 } as const;
const GROUP = { width: 208, height: 64 } as const;
const END = { width: 120, height: 32 } as const;

/**
 * Deterministic. With `previous` (the same graph, an earlier version) boxes begin in the order they had there, so that
 * what did not change stays where it was.
 */
export function layOut(
  topology: Topology,
  { groups, top }: Grouping,
  previous?: GraphDocument["layout"],
): GraphDocument["layout"] {
  const byId = new Map(groups.map((group) => [group.id, group]));
  const flat = topology.nodes.length + 2 <= BOXES_MAX;
  return {
    flat: flat ? drawMembers(topology, names(topology.nodes), byId, { ends: true, previous: previous?.flat }) : null,
    closed: drawMembers(topology, top, byId, { ends: true, previous: previous?.closed }),
    inside: Object.fromEntries(
      groups.map(({ id, members }) => [
        id,
        drawMembers(topology, members, byId, { ends: false, previous: previous?.inside[id] }),
      ]),
    ),
  };
}

interface DrawOptions {
  /** Request and response stand in the picture. */
  readonly ends: boolean;
  readonly previous: DrawingJson | null | undefined;
}

function drawMembers(
  topology: Topology,
  members: readonly string[],
  groups: ReadonlyMap<string, GraphGroup>,
  { ends, previous }: DrawOptions,
): DrawingJson {
  const memberOf = new Map(
    members.flatMap((member) => (groups.get(member)?.nodes ?? [member]).map((name) => [name, member] as const)),
  );
  if (ends) for (const end of [REQUEST_END, RESPOND_END]) memberOf.set(end, end);
  const known = new Map(topology.nodes.map((node) => [node.name, node]));
  const boxes = seeded(members, previous).map((member) => known.get(member) ?? standIn(member, topology));
  const edges = edgesBetween(topology.edges, memberOf);
  const drawing = drawTopology(
    { ...topology, nodes: boxes, edges, ...(!ends && { request: [], respond: [] }) },
    (node, kind) => (kind !== "node" ? END : groups.has(node?.name ?? "") ? GROUP : NODE),
  );
  return toJson(drawing);
}

function names(nodes: readonly TopologyNode[]): readonly string[] {
  return nodes.map(({ name }) => name);
}

/** Those with an earlier place by it, from the left; new ones after them, in the order of the graph. */
function seeded(members: readonly string[], previous: DrawingJson | null | undefined): readonly string[] {
  if (previous === null || previous === undefined) return members;
  const place = (member: string) => previous.boxes[member];
  return members.toSorted((one, other) => {
    const [left, right] = [place(one), place(other)];
    if (left === undefined || right === undefined) return left === right ? 0 : left === undefined ? 1 : -1;
    return left[0] - right[0] || left[1] - right[1];
  });
}

/** A closed group, as the layout sees it. */
function standIn(id: string, topology: Topology): TopologyNode {
  const any = topology.nodes[0] as TopologyNode;
  return { ...any, name: id, kind: "node", of: null, state: { kind: "active" } };
}

/** Edges between members, each slot once; those within a member are left out. */
function edgesBetween(edges: readonly TopologyEdge[], memberOf: ReadonlyMap<string, string>): readonly TopologyEdge[] {
  const found = new Map<string, TopologyEdge>();
  for (const edge of edges) {
    const [from, to] = [memberOf.get(edge.from), memberOf.get(edge.to)];
    if (from === undefined || to === undefined || from === to) continue;
    const key = JSON.stringify([from, to, edge.slot]);
    const soft = found.get(key);
    if (soft === undefined || soft.as === "soft" || soft.as === "when") found.set(key, { ...edge, from, to });
  }
  return [...found.values()];
}

function toJson({ width, height, boxes, lines }: Drawing): DrawingJson {
  return {
    width,
    height,
    boxes: Object.fromEntries(boxes.map((box) => [box.id, [box.x, box.y, box.width, box.height]])),
    lines: lines.map(({ from, to, edges, optional, batch, points }) => ({
      from,
      to,
      slots: [...new Set(edges.map(({ slot }) => slot))],
      optional,
      batch,
      points: points.map(([x, y]) => [x, y]),
    })),
  };
}
