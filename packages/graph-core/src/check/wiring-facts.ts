/** What several rules derive from a wiring. Each is computed once per wiring, in time linear in nodes and slot uses. */
import type { Subgraph } from "../graph/graph.ts";
import type { SlotKey, WiredNode, WiredSlot, Wiring } from "../graph/wiring.ts";

function once<Fact>(compute: (wiring: Wiring) => Fact): (wiring: Wiring) => Fact {
  const known = new WeakMap<Wiring, { readonly fact: Fact }>();
  return (wiring) => {
    let entry = known.get(wiring);
    if (entry === undefined) {
      entry = { fact: compute(wiring) };
      known.set(wiring, entry);
    }
    return entry.fact;
  };
}

/** Every slot a node waits for: required, soft and its condition. */
export function waitsFor(node: WiredNode): readonly SlotKey[] {
  return node.when === undefined ? [...node.reads, ...node.soft] : [...node.reads, ...node.soft, node.when];
}

/** The active nodes whose slots a node waits for. */
export function producersOf(wiring: Wiring, node: WiredNode): readonly WiredNode[] {
  return waitsFor(node).flatMap((key) => wiring.slots.get(key)?.writers ?? []);
}

/** The active nodes in an order where producers come before readers; a circle is opened at its first node. */
export const nodesInOrder = once((wiring: Wiring): readonly WiredNode[] => {
  const waiting = new Map<WiredNode, number>();
  const readers = new Map<WiredNode, WiredNode[]>(wiring.nodes.map((node) => [node, []]));
  for (const node of wiring.nodes) {
    const producers = new Set(producersOf(wiring, node));
    producers.delete(node);
    waiting.set(node, producers.size);
    for (const producer of producers) readers.get(producer)?.push(node);
  }
  const ordered = new Set<WiredNode>();
  const place = (first: WiredNode): void => {
    const ready = [first];
    for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
      if (ordered.has(next)) continue;
      ordered.add(next);
      for (const reader of readers.get(next) ?? []) {
        const left = (waiting.get(reader) ?? 0) - 1;
        waiting.set(reader, left);
        if (left === 0) ready.push(reader);
      }
    }
  };
  for (const node of wiring.nodes) if (waiting.get(node) === 0) place(node);
  for (const node of wiring.nodes) if (!ordered.has(node)) place(node);
  return [...ordered];
});

/** Nodes that nothing outside the run can notice: no respond slot, kept slot or shadow depends on them. */
export const deadNodes = once((wiring: Wiring): ReadonlySet<WiredNode> => {
  const alive = new Set<WiredNode>();
  const open: WiredNode[] = [];
  const enliven = (slot: WiredSlot | undefined): void => {
    for (const writer of slot?.writers ?? []) {
      if (alive.has(writer)) continue;
      alive.add(writer);
      open.push(writer);
    }
  };
  for (const slot of wiring.slots.values()) if (slot.responded || isKept(slot)) enliven(slot);
  for (const shadow of wiring.shadows) for (const key of waitsFor(shadow)) enliven(wiring.slots.get(key));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const key of waitsFor(next)) enliven(wiring.slots.get(key));
  }
  return new Set(wiring.nodes.filter((node) => !alive.has(node)));
});

export function isKept(slot: WiredSlot): boolean {
  return slot.tokens.some((token) => token.tags.keptFor !== undefined);
}

/** A subgraph as it stands in a graph: its border in the slot keys of the scope around it. */
export interface PlacedSubgraph {
  readonly path: string;
  readonly part: Subgraph;
  readonly in: readonly SlotKey[];
  readonly out: readonly SlotKey[];
}

/** Every subgraph, outer before inner. */
export const subgraphsOf = once((wiring: Wiring): readonly PlacedSubgraph[] => {
  const placed: PlacedSubgraph[] = [];
  const visit = (parts: object, path: string, scope: (name: string) => SlotKey): void => {
    for (const [name, part] of Object.entries(parts)) {
      if (part.kind !== "subgraph") continue;
      const inner = part as Subgraph;
      const innerPath = path === "" ? name : `${path}/${name}`;
      const border = new Map([...inner.in, ...inner.out].map((token) => [token.name, scope(token.name)]));
      placed.push({
        path: innerPath,
        part: inner,
        in: inner.in.map((token) => scope(token.name)),
        out: inner.out.map((token) => scope(token.name)),
      });
      visit(inner.nodes, innerPath, (slot) => border.get(slot) ?? `${innerPath}/${slot}`);
    }
  };
  visit(wiring.graph.nodes, "", (slot) => slot);
  return placed;
});

export function isWithin(node: WiredNode, path: string): boolean {
  return node.subgraph === path || node.subgraph.startsWith(`${path}/`);
}
