import type { Node, Part } from "../contract/node.ts";
import type { OwnerName } from "../contract/owners.ts";
import { callerPlace, type Place } from "../contract/place.ts";
import type { AnySlot } from "../contract/slot.ts";
import type { PartMap, UsesNamesOf, WiringProblems } from "./problems.ts";

/** Slot name → value, for the slots a host gives to a run or gets from it. */
export type BagOf<Slots extends readonly AnySlot[]> = {
  readonly [Token in Slots[number] as Token["name"]]: Token["valueType"];
};

/** A node that runs beside the one it may replace: compared with it, read by nobody, shed first. */
export interface Shadow<NodeName extends string = string> {
  readonly of: NodeName;
  readonly node: Node;
}

/** A node on its way out: readers are warned until the date, refused after it. */
export interface Deprecation {
  /** Last day it may be read, `YYYY-MM-DD`. */
  readonly until: string;
  /** Name of the node that takes over. */
  readonly replacement: string;
}

export interface GraphOptions<
  Request extends readonly AnySlot[],
  Nodes extends PartMap,
  Respond extends readonly AnySlot[],
> {
  readonly name: string;
  readonly owner: OwnerName;
  /** One line: what the graph answers. */
  readonly purpose?: string;
  /** The critical path of declared budgets must fit in here. */
  readonly deadlineMs?: number;
  /** What the host gives to a run. */
  readonly request: Request;
  /** Nodes in reading order; the order of execution comes from the slots alone. */
  readonly nodes: Nodes;
  readonly shadows?: Readonly<Record<string, Shadow<keyof Nodes & string>>>;
  readonly deprecated?: { readonly [Name in keyof Nodes]?: Deprecation };
  /** What the host gets from a run. */
  readonly respond: Respond;
}

/** A graph as declared: a description. `checkGraph` judges it, `compileGraph` makes it run. */
export interface Graph<Request = unknown, Response = unknown, Uses extends string = string> {
  readonly kind: "graph";
  readonly name: string;
  readonly owner: string;
  readonly purpose: string | undefined;
  readonly deadlineMs: number | undefined;
  readonly request: readonly AnySlot[];
  readonly nodes: PartMap;
  readonly shadows: Readonly<Record<string, Shadow>>;
  readonly deprecated: Readonly<Record<string, Deprecation | undefined>>;
  readonly respond: readonly AnySlot[];
  readonly place: Place | undefined;
  /** For the type checker; absent at run time. */
  readonly types: { readonly request: Request; readonly response: Response; readonly uses: Uses };
}

/** A graph inside a graph: outside, only its `in` and `out` slots are visible. */
export interface Subgraph<In extends string = string, Out extends string = string, Uses extends string = string>
  extends Part<In, never, Out, Uses> {
  readonly kind: "subgraph";
  readonly owner: string;
  readonly purpose: string;
  readonly in: readonly AnySlot[];
  readonly nodes: PartMap;
  readonly out: readonly AnySlot[];
  readonly place: Place | undefined;
}

/**
 * Declares a graph as one literal. Wiring mistakes are type errors that name the slot; `checkGraph` repeats them for
 * untyped callers and adds what types cannot see. Never throws: a wrong graph is a value that the checks describe.
 *
 * @example
 * export const adRequest = graph({
 *   name: "ad-request", owner: "ads-serving",
 *   request: [AdRequest, Arms],
 *   nodes: { expandUser, retrieve, rank, auction, blend },
 *   respond: [AdResponse],
 * });
 */
export function graph<
  const Request extends readonly AnySlot[],
  const Nodes extends PartMap,
  const Respond extends readonly AnySlot[],
>(
  options: GraphOptions<Request, Nodes, Respond> &
    WiringProblems<Request[number]["name"], Nodes, Respond[number]["name"], "respond">,
): Graph<BagOf<Request>, BagOf<Respond>, UsesNamesOf<Nodes[keyof Nodes]>> {
  const declared = { purpose: undefined, deadlineMs: undefined, shadows: {}, deprecated: {}, ...options };
  return Object.freeze({ ...declared, kind: "graph", place: callerPlace(1) }) as never;
}

export interface SubgraphOptions<In extends readonly AnySlot[], Nodes extends PartMap, Out extends readonly AnySlot[]> {
  readonly owner: OwnerName;
  readonly purpose: string;
  readonly in: In;
  readonly nodes: Nodes;
  readonly out: Out;
}

/**
 * Declares a subgraph, used in a graph's `nodes` like a node. Its inner slots are its own: the same slot token outside
 * and inside are two slots unless it is listed in `in` or `out`.
 */
export function subgraph<
  const In extends readonly AnySlot[],
  const Nodes extends PartMap,
  const Out extends readonly AnySlot[],
>(
  options: SubgraphOptions<In, Nodes, Out> & WiringProblems<In[number]["name"], Nodes, Out[number]["name"], "out">,
): Subgraph<In[number]["name"], Out[number]["name"], UsesNamesOf<Nodes[keyof Nodes]>> {
  return Object.freeze({ ...options, kind: "subgraph", place: callerPlace(1) }) as never;
}
