import type { WiredNode, Wiring } from "../graph/wiring.ts";
import type { Diagnostic, Party } from "./diagnostic.ts";

/** Facts from outside the graph that some rules need. */
export interface CheckOptions {
  /** Today, `YYYY-MM-DD`, for deprecation dates. Checks never read the clock. */
  readonly today?: string;
  /** Teams of the owners file; without it ownership is not checked. */
  readonly owners?: readonly string[];
}

/** One rule finds one class of mistakes and reports every instance of it. */
export interface Rule {
  readonly name: string;
  readonly code: `TENON1${string}`;
  readonly check: (wiring: Wiring, options: CheckOptions) => Iterable<Omit<Diagnostic, "code" | "rule" | "graph">>;
}

/** `node "rank" (owner ads-ranking)`: how every message names a node. */
export function nodeText(node: WiredNode): string {
  return `node "${node.name}" (owner ${node.definition.owner})`;
}

export function nodeParty(node: WiredNode, label?: string): Party {
  return { kind: "node", name: node.name, owner: node.definition.owner, place: node.definition.place, label };
}
