/**
 * A graph with its subgraphs unfolded: flat nodes, and for each slot who writes and who reads it.
 * Built for any graph, right or wrong: checks read it, the compiler only after the checks passed.
 */
import type { Node, NodeDefinition, Part } from "../contract/node.ts";
import type { AnySlot } from "../contract/slot.ts";
import type { Deprecation, Graph, Subgraph } from "./graph.ts";

/** Slot name, prefixed with the subgraph's path where the slot is a subgraph's own: `expand/profile`. */
export type SlotKey = string;

export interface WiredNode {
  /** Key in `nodes`, prefixed with the subgraph's path: `expand/loadProfile`. */
  readonly name: string;
  /** Order in the graph file, the only order that merges and ties may use. */
  readonly position: number;
  readonly definition: NodeDefinition;
  readonly reads: readonly SlotKey[];
  readonly soft: readonly SlotKey[];
  readonly writes: readonly SlotKey[];
  readonly when: SlotKey | undefined;
  /** Candidate batch of a filter or map. */
  readonly of: SlotKey | undefined;
  /** Name of the node this one shadows. */
  readonly shadowOf: string | undefined;
  readonly deprecation: Deprecation | undefined;
  /** Path of the subgraph it stands in, `""` at the top. */
  readonly subgraph: string;
}

export type ReadKind = "reads" | "soft" | "when";

export interface WiredSlot {
  readonly key: SlotKey;
  /** Distinct tokens used under this key: more than one is a mistake. */
  readonly tokens: readonly AnySlot[];
  /** Active nodes only; shadows write nothing. */
  readonly writers: readonly WiredNode[];
  readonly shadowWriters: readonly WiredNode[];
  readonly readers: readonly { readonly node: WiredNode; readonly as: ReadKind }[];
  readonly requested: boolean;
  readonly responded: boolean;
}

export interface Wiring {
  readonly graph: Graph;
  /** Active nodes, in graph position order. */
  readonly nodes: readonly WiredNode[];
  readonly shadows: readonly WiredNode[];
  readonly slots: ReadonlyMap<SlotKey, WiredSlot>;
  readonly request: readonly SlotKey[];
  readonly respond: readonly SlotKey[];
}

interface SlotDraft {
  readonly tokens: Set<AnySlot>;
  readonly writers: WiredNode[];
  readonly shadowWriters: WiredNode[];
  readonly readers: { node: WiredNode; as: ReadKind }[];
}

/** Maps a slot token to its key in the scope it is used in. */
type Scope = (token: AnySlot) => SlotKey;

/** Unfolds a graph. Linear in nodes and slot uses. */
export function wire(graph: Graph): Wiring {
  const nodes: WiredNode[] = [];
  const shadows: WiredNode[] = [];
  const slots = new Map<SlotKey, SlotDraft>();

  const touch = (key: SlotKey, token: AnySlot): SlotDraft => {
    let draft = slots.get(key);
    if (draft === undefined) {
      draft = { tokens: new Set(), writers: [], shadowWriters: [], readers: [] };
      slots.set(key, draft);
    }
    draft.tokens.add(token);
    return draft;
  };

  const addNode = (name: string, node: Node, scope: Scope, subgraph: string, shadowOf?: string): void => {
    const { definition } = node;
    const wired: WiredNode = {
      name,
      position: nodes.length + shadows.length,
      definition,
      reads: definition.reads.map(scope),
      soft: definition.soft.map(scope),
      writes: definition.writes.map(scope),
      when: definition.when === undefined ? undefined : scope(definition.when),
      of: definition.of === undefined ? undefined : scope(definition.of),
      shadowOf,
      deprecation: Object.hasOwn(graph.deprecated, name) ? graph.deprecated[name] : undefined,
      subgraph,
    };
    (shadowOf === undefined ? nodes : shadows).push(wired);
    for (const token of definition.writes) {
      const draft = touch(scope(token), token);
      (shadowOf === undefined ? draft.writers : draft.shadowWriters).push(wired);
    }
    for (const token of definition.reads) touch(scope(token), token).readers.push({ node: wired, as: "reads" });
    for (const token of definition.soft) touch(scope(token), token).readers.push({ node: wired, as: "soft" });
    if (definition.when !== undefined) {
      touch(scope(definition.when), definition.when).readers.push({ node: wired, as: "when" });
    }
  };

  const addParts = (parts: Readonly<Record<string, Part>>, scope: Scope, path: string): void => {
    for (const [key, part] of Object.entries(parts)) {
      const name = path === "" ? key : `${path}/${key}`;
      if (part.kind === "subgraph") addParts((part as Subgraph).nodes, innerScope(part as Subgraph, scope, name), name);
      else addNode(name, part as Node, scope, path);
    }
  };

  const top: Scope = (token) => token.name;
  for (const token of [...graph.request, ...graph.respond]) touch(token.name, token);
  addParts(graph.nodes, top, "");
  for (const [name, shadow] of Object.entries(graph.shadows)) addNode(name, shadow.node, top, "", shadow.of);

  const requested = new Set(graph.request.map(top));
  const responded = new Set(graph.respond.map(top));
  const wiredSlots = new Map<SlotKey, WiredSlot>();
  for (const [key, draft] of slots) {
    wiredSlots.set(key, {
      key,
      ...draft,
      tokens: [...draft.tokens],
      requested: requested.has(key),
      responded: responded.has(key),
    });
  }
  return { graph, nodes, shadows, slots: wiredSlots, request: [...requested], respond: [...responded] };
}

function innerScope(part: Subgraph, outer: Scope, path: string): Scope {
  const visible = new Map([...part.in, ...part.out].map((token) => [token.name, outer(token)]));
  return (token) => visible.get(token.name) ?? `${path}/${token.name}`;
}
