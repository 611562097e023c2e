import type { AnyResource } from "../contract/resource.ts";
import type { AnySlot } from "../contract/slot.ts";
import type { Graph } from "../graph/graph.ts";
import type { WiredNode, WiredSlot, Wiring } from "../graph/wiring.ts";
import type { Diagnostic, Party } from "./diagnostic.ts";

/** Facts from outside the graph that some rules need. */
export interface CheckOptions {
  /** Today, `YYYY-MM-DD`, for deprecation dates. Checks never read the clock; without it a deprecation only warns. */
  readonly today?: string;
  /** Teams of the owners file; without it ownership is not checked. */
  readonly owners?: readonly string[];
}

/** What a rule reports; code, rule name and graph are added by `checkGraph`. */
export type Finding = Omit<Diagnostic, "code" | "rule" | "graph">;

/**
 * One rule finds one class of mistakes and reports every instance of it: one finding per cause, not per reader.
 * Its work is linear in the nodes and slot uses of the graph.
 */
export interface Rule {
  /** Kebab-case; says what is right: `single-producer`. */
  readonly name: string;
  readonly code: `TENON1${string}`;
  /** Needs every part of the graph: does not run when a part could not be read at all, for it would blame others. */
  readonly wholeGraph?: true;
  readonly check: (wiring: Wiring, options: CheckOptions) => Iterable<Finding>;
}

/** A rule about several graphs that meet outside of them: in tables, in names. */
export interface GraphsRule {
  readonly name: string;
  readonly code: `TENON1${string}`;
  /** `true` where it can judge one graph alone; otherwise it runs in `checkGraphs` only. */
  readonly alone: boolean;
  readonly check: (wirings: readonly Wiring[]) => Iterable<Finding & { readonly graph: string }>;
}

/** `node "rank" (owner ads-ranking)`: how every message names a node. */
export function nodeText(node: WiredNode): string {
  const kind = node.shadowOf === undefined ? "node" : "shadow";
  return `${kind} "${node.name}" (owner ${node.definition.owner})`;
}

/** `slot "candidates" (owner ads-retrieval)`; a subgraph's own slot is named with its path. */
export function slotText(slot: WiredSlot | AnySlot): string {
  return "key" in slot
    ? `slot "${slot.key}" (owner ${slot.tokens[0]?.owner ?? "unknown"})`
    : `slot "${slot.name}" (owner ${slot.owner})`;
}

export function graphText(graph: Graph): string {
  return `graph "${graph.name}" (owner ${graph.owner})`;
}

export function resourceText(resource: AnyResource): string {
  return `resource "${resource.name}" (owner ${resource.owner})`;
}

export function nodeParty(node: WiredNode, label?: string): Party {
  return { kind: "node", name: node.name, owner: node.definition.owner, place: node.definition.place, label };
}

export function slotParty(slot: WiredSlot | AnySlot, label?: string): Party {
  const token = "key" in slot ? slot.tokens[0] : slot;
  return {
    kind: "slot",
    name: "key" in slot ? slot.key : slot.name,
    owner: token?.owner,
    place: token?.place,
    label,
  };
}

export function graphParty(graph: Graph, label?: string): Party {
  return { kind: "graph", name: graph.name, owner: graph.owner, place: graph.place, label };
}

export function resourceParty(resource: AnyResource, label?: string): Party {
  return { kind: "resource", name: resource.name, owner: resource.owner, place: resource.place, label };
}

/** More names than this are counted, not listed: a message is for reading. */
const LISTED_MAX = 8;

/** `a, b and c`, or `a, b, … and 7 more`. */
export function listText(names: readonly string[]): string {
  if (names.length <= 1) return names[0] ?? "none";
  if (names.length <= LISTED_MAX) return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  return `${names.slice(0, LISTED_MAX).join(", ")} and ${names.length - LISTED_MAX} more`;
}

export function quoted(names: readonly string[]): string {
  return listText(names.map((name) => `"${name}"`));
}

/** `slot "a"`, or `slots "a" and "b"`. */
export function named(noun: string, names: readonly string[]): string {
  return `${noun}${names.length === 1 ? "" : "s"} ${quoted(names)}`;
}
