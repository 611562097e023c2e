/** Two versions of a graph in one picture: the newer, and what only the older one has. Their documents share their places. */
import type { GraphDocument, GraphGroup } from "../../data/graph-document.ts";
import type { DrawingJson } from "../../data/parts.ts";

export interface TwoVersions {
  readonly graph: GraphDocument;
  /** By `from to` of the boxes: in one of the two alone. */
  readonly lines: ReadonlyMap<string, "added" | "removed">;
}

/** Undefined where the two were not laid out together: their boxes would lie upon each other. */
export function twoVersions(base: GraphDocument, head: GraphDocument): TwoVersions | undefined {
  if (!standAlike(base.layout.closed, head.layout.closed)) return undefined;
  const lines = new Map<string, "added" | "removed">();
  const both = (one: DrawingJson | undefined, other: DrawingJson | undefined): DrawingJson => {
    const [older, newer] = [one ?? EMPTY, other ?? EMPTY];
    const keyOf = ({ from, to }: DrawingJson["lines"][number]) => `${from} ${to}`;
    const [was, is] = [new Set(older.lines.map(keyOf)), new Set(newer.lines.map(keyOf))];
    const gone = older.lines.filter((line) => !is.has(keyOf(line)));
    for (const line of gone) lines.set(keyOf(line), "removed");
    for (const line of newer.lines) if (!was.has(keyOf(line))) lines.set(keyOf(line), "added");
    return {
      width: Math.max(older.width, newer.width),
      height: Math.max(older.height, newer.height),
      boxes: { ...older.boxes, ...newer.boxes },
      lines: [...newer.lines, ...gone],
    };
  };
  const groups = new Set([...base.groups, ...head.groups].map(({ id }) => id));
  const layout = {
    flat: base.layout.flat && head.layout.flat && both(base.layout.flat, head.layout.flat),
    closed: both(base.layout.closed, head.layout.closed),
    inside: Object.fromEntries([...groups].map((id) => [id, both(base.layout.inside[id], head.layout.inside[id])])),
  };
  const graph = {
    ...head,
    nodes: withThoseOf(base.nodes, head.nodes, ({ name }) => name),
    slots: withThoseOf(base.slots, head.slots, ({ key }) => key),
    owners: withThoseOf(base.owners, head.owners, ({ name }) => name),
    groups: withThoseOf(base.groups, head.groups, ({ id }) => id).map((group) => withMembers(group, base)),
    layout,
  };
  return { graph, lines };
}

const EMPTY: DrawingJson = { width: 0, height: 0, boxes: {}, lines: [] };

function standAlike(one: DrawingJson, other: DrawingJson): boolean {
  return Object.entries(one.boxes).every(
    ([id, box]) => other.boxes[id] === undefined || String(other.boxes[id]) === String(box),
  );
}

function withThoseOf<Part>(base: readonly Part[], head: readonly Part[], keyOf: (part: Part) => string): Part[] {
  const known = new Set(head.map(keyOf));
  return [...head, ...base.filter((part) => !known.has(keyOf(part)))];
}

function withMembers(group: GraphGroup, base: GraphDocument): GraphGroup {
  const earlier = base.groups.find(({ id }) => id === group.id);
  if (earlier === undefined) return group;
  const all = (one: readonly string[], other: readonly string[]) => [...new Set([...one, ...other])];
  return { ...group, nodes: all(group.nodes, earlier.nodes), members: all(group.members, earlier.members) };
}
