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

interface LayOutOptions {
  /** All versions of the graph that stand in one picture, as one topology. */
  readonly picture: Topology;
  /** Of the picture. */
  readonly grouping: Grouping;
}

/** Deterministic. Places are those of the whole picture: of them, a version has its own boxes and lines. */
export function layOut(topology: Topology, { picture, grouping }: LayOutOptions): GraphDocument["layout"] {
  const { groups, top } = grouping;
  const byId = new Map(groups.map((group) => [group.id, group]));
  const own = new Set(topology.nodes.map(({ name }) => name));
  const isOwn = (id: string) =>
    own.has(id) || id.startsWith("@") || byId.get(id)?.nodes.some((name) => own.has(name)) === true;
  const draw = (members: readonly string[], ends: boolean): DrawingJson => {
    const memberOf = membersOf(members, byId, ends);
    const drawing = drawMembers(picture, members, { groups: byId, memberOf, ends });
    return ownPart(drawing, edgesBetween(topology.edges, memberOf), { topology, isOwn });
  };
  return {
    flat: picture.nodes.length + 2 <= BOXES_MAX ? draw(names(picture.nodes), true) : null,
    closed: draw(top, true),
    inside: Object.fromEntries(
      groups.flatMap(({ id, members }) => (isOwn(id) ? [[id, draw(members, false)] as const] : [])),
    ),
  };
}

/** By node, and by end: which of the members it stands in. */
function membersOf(
  members: readonly string[],
  groups: ReadonlyMap<string, GraphGroup>,
  ends: boolean,
): ReadonlyMap<string, string> {
  return new Map([
    ...members.flatMap((member) => (groups.get(member)?.nodes ?? [member]).map((name) => [name, member] as const)),
    ...(ends ? [REQUEST_END, RESPOND_END] : []).map((end) => [end, end] as const),
  ]);
}

interface DrawOptions {
  readonly groups: ReadonlyMap<string, GraphGroup>;
  readonly memberOf: ReadonlyMap<string, string>;
  /** Request and response stand in the picture. */
  readonly ends: boolean;
}

function drawMembers(picture: Topology, members: readonly string[], { groups, memberOf, ends }: DrawOptions): Drawing {
  const known = new Map(picture.nodes.map((node) => [node.name, node]));
  const boxes = members.map((member) => known.get(member) ?? standIn(member, picture));
  const edges = edgesBetween(picture.edges, memberOf);
  return drawTopology({ ...picture, nodes: boxes, edges, ...(!ends && { request: [], respond: [] }) }, (node, kind) =>
    kind !== "node" ? END : groups.has(node?.name ?? "") ? GROUP : NODE,
  );
}

function names(nodes: readonly TopologyNode[]): readonly string[] {
  return nodes.map(({ name }) => name);
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

interface OwnPart {
  readonly topology: Topology;
  readonly isOwn: (id: string) => boolean;
}

/** Of a picture, the boxes and the lines that one version has. */
function ownPart(
  { width, height, boxes, lines }: Drawing,
  edges: readonly TopologyEdge[],
  { topology, isOwn }: OwnPart,
): DrawingJson {
  const own = Map.groupBy(edges, ({ from, to }) => JSON.stringify([from, to]));
  const batchOf = new Map(topology.nodes.map(({ name, of }) => [name, of]));
  return {
    width,
    height,
    boxes: Object.fromEntries(
      boxes.filter(({ id }) => isOwn(id)).map((box) => [box.id, [box.x, box.y, box.width, box.height]]),
    ),
    lines: lines.flatMap(({ from, to, points }) => {
      const between = own.get(JSON.stringify([from, to])) ?? [];
      if (between.length === 0) return [];
      return {
        ...{ from, to },
        slots: [...new Set(between.map(({ slot }) => slot))],
        optional: between.every(({ as }) => as === "soft" || as === "when"),
        batch: between.some(({ slot }) => slot === batchOf.get(to)),
        points: points.map(([x, y]): [number, number] => [x, y]),
      };
    }),
  };
}
