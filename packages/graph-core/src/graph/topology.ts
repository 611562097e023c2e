/**
 * The declared shape of a graph as plain data: what renderers, traces, reports and the studio read.
 *
 * - T1  Frozen and JSON-serialisable: `JSON.parse(JSON.stringify(topology))` is deep-equal to it. "Not stated" is `null`.
 * - T2  `nodes[i]` has graph position `i`, shadows last. The same `i` indexes a `TraceRecord` and a `ReasonLedger`.
 * - T3  Built for any graph, right or wrong, so that a wrong one can be drawn: of several writers the first is the producer.
 */
import type { ColumnUse, FeatureUse, MergePolicy, NodeDefinition, NodeKind, OrderPolicy } from "../contract/node.ts";
import type { Place } from "../contract/place.ts";
import type { AnyResource } from "../contract/resource.ts";
import type { Purpose, SlotTags } from "../contract/slot.ts";
import type { Graph } from "./graph.ts";
import { fingerprintOf } from "./slot-fingerprint.ts";
import { type BudgetPath, type Dependencies, layersOf, longestBudgetPath } from "./topology-order.ts";
import { type ReadKind, type SlotKey, type WiredNode, type WiredSlot, type Wiring, wire } from "./wiring.ts";

/** Stands for the host as the producer of request slots, in {@link TopologyEdge.from}. */
export const REQUEST_END = "@request";
/** Stands for the host as the reader of respond slots, in {@link TopologyEdge.to}. */
export const RESPOND_END = "@respond";

/** A failure policy by name; the last two are a filter's fallbacks. */
export type FailureName = "failRequest" | "omit" | "fallback" | "keepAll" | "dropAll";

export type NodeState =
  | { readonly kind: "active" }
  | { readonly kind: "shadow"; readonly of: string }
  | { readonly kind: "deprecated"; readonly until: string; readonly replacement: string };

export interface TopologyFeatureUse {
  readonly snapshot: SlotKey;
  readonly features: readonly string[] | "all";
  readonly unlogged: string | null;
}

export interface TopologyNode {
  /** Key in `nodes`, prefixed with the subgraph's path: `expand/loadProfile`. */
  readonly name: string;
  readonly kind: NodeKind;
  readonly owner: string;
  readonly purpose: string;
  readonly reads: readonly SlotKey[];
  readonly soft: readonly SlotKey[];
  readonly writes: readonly SlotKey[];
  /** Names of resources. */
  readonly uses: readonly string[];
  readonly when: SlotKey | null;
  /** Candidate batch that a filter narrows or a map adds columns to. */
  readonly of: SlotKey | null;
  readonly budgetMs: number | null;
  readonly onFailure: FailureName;
  /** Attempts after the first; 0 without a retry policy. */
  readonly retriesMax: number;
  readonly async: boolean;
  readonly state: NodeState;
  /** Path of the subgraph it stands in, `""` at the top. */
  readonly subgraph: string;
  readonly scores: readonly TopologyFeatureUse[];
  readonly logs: readonly TopologyFeatureUse[];
  readonly merges: MergePolicy | null;
  readonly orders: OrderPolicy | null;
  readonly columns: readonly ColumnUse[];
  readonly declassifies: { readonly labels: readonly ("pii" | Purpose)[]; readonly reason: string } | null;
  readonly processesFor: Purpose | null;
  readonly place: Place | null;
}

/** A slot's tags, the ones that are set; slots by name. */
export interface TopologyTags extends Omit<SlotTags, "follows" | "commitsWith"> {
  readonly follows?: readonly string[];
  readonly commitsWith?: readonly string[];
}

export interface TopologySlot {
  readonly key: SlotKey;
  /** The token's name: the key without its subgraph path. */
  readonly name: string;
  readonly owner: string;
  /** Hex digest of name, schema and unit; `null` where the schema is outside the closed value universe. */
  readonly fingerprint: string | null;
  readonly unit: string | null;
  readonly summary: string | null;
  readonly tags: TopologyTags;
  readonly requested: boolean;
  readonly responded: boolean;
  /** The node that writes it; `null` for a request slot. */
  readonly producer: string | null;
  readonly readers: readonly { readonly node: string; readonly as: ReadKind }[];
  readonly place: Place | null;
}

/** A slot's way from its producer to one reader. */
export interface TopologyEdge {
  readonly slot: SlotKey;
  /** Node name or {@link REQUEST_END}. */
  readonly from: string;
  /** Node name or {@link RESPOND_END}. */
  readonly to: string;
  readonly as: ReadKind | "respond";
}

export interface TopologyResource {
  readonly name: string;
  readonly owner: string;
  readonly purpose: string;
  /** Methods nodes may call; `null` for a pinned resource, which is one immutable value of one version. */
  readonly methods: readonly string[] | null;
  readonly pii: boolean;
  readonly restrictedTo: readonly Purpose[] | null;
  readonly readers: readonly string[];
  readonly place: Place | null;
}

export interface Topology {
  readonly graph: {
    readonly name: string;
    readonly owner: string;
    readonly purpose: string | null;
    readonly deadlineMs: number | null;
    readonly place: Place | null;
  };
  readonly request: readonly SlotKey[];
  readonly respond: readonly SlotKey[];
  readonly nodes: readonly TopologyNode[];
  /** Request slots first, then in order of their producers. */
  readonly slots: readonly TopologySlot[];
  /** In order of their readers. */
  readonly edges: readonly TopologyEdge[];
  readonly resources: readonly TopologyResource[];
  /** Node names by longest path from the request: a node stands one layer below the last producer it waits for. */
  readonly layers: readonly (readonly string[])[];
  /** The longest chain of declared budgets. Shadows are not waited for and never on it. */
  readonly criticalPath: BudgetPath;
}

/** Describes a graph, wired already or not, as data. Linear in nodes and slot uses. Throws nothing. */
export function topologyOf(source: Graph | Wiring): Topology {
  const wiring = "kind" in source ? wire(source) : source;
  const { graph } = wiring;
  const wired = [...wiring.nodes, ...wiring.shadows];
  const nodes = wired.map(describeNode);
  const slots = orderedSlots(wiring).map(describeSlot);
  const edges = edgesOf(wiring, nodes, slots);
  const dependencies = dependenciesOf(nodes, edges);
  return deepFreeze({
    graph: {
      name: graph.name,
      owner: graph.owner,
      purpose: graph.purpose ?? null,
      deadlineMs: graph.deadlineMs ?? null,
      place: graph.place ?? null,
    },
    request: [...wiring.request],
    respond: [...wiring.respond],
    nodes,
    slots,
    edges,
    resources: resourcesOf(wired),
    layers: layersOf(dependencies).map((layer) => layer.map((index) => nodes[index]?.name ?? "")),
    criticalPath: longestBudgetPath(nodes, dependencies),
  });
}

function describeNode(wired: WiredNode): TopologyNode {
  const { definition } = wired;
  return {
    name: wired.name,
    kind: definition.kind,
    owner: definition.owner,
    purpose: definition.purpose,
    reads: [...wired.reads],
    soft: [...wired.soft],
    writes: [...wired.writes],
    uses: definition.uses.map((resource) => resource.name),
    when: wired.when ?? null,
    of: wired.of ?? null,
    budgetMs: definition.budgetMs ?? null,
    onFailure: failureOf(definition),
    retriesMax: definition.retry?.attemptsMax ?? 0,
    async: definition.async,
    state: stateOf(wired),
    subgraph: wired.subgraph,
    scores: [definition.scores ?? []].flat().map((use) => featureUseOf(wired, use)),
    logs: [definition.logs ?? []].flat().map((use) => featureUseOf(wired, use)),
    merges: plain(definition.merges) ?? null,
    orders: plain(definition.orders) ?? null,
    columns: plain(definition.columns) ?? [],
    declassifies: plain(definition.declassifies) ?? null,
    processesFor: definition.processesFor ?? null,
    place: definition.place ?? null,
  };
}

function failureOf({ kind, onFailure }: NodeDefinition): FailureName {
  if (onFailure === undefined) return "failRequest";
  if (typeof onFailure === "string") return onFailure;
  // A filter's fallback is the verdict on every candidate.
  const verdict: unknown = onFailure.fallback;
  if (kind !== "filter" || typeof verdict !== "function") return "fallback";
  return verdict(0) === undefined ? "keepAll" : "dropAll";
}

function stateOf(wired: WiredNode): NodeState {
  if (wired.shadowOf !== undefined) return { kind: "shadow", of: wired.shadowOf };
  if (wired.deprecation === undefined) return { kind: "active" };
  return { kind: "deprecated", until: wired.deprecation.until, replacement: wired.deprecation.replacement };
}

function featureUseOf(wired: WiredNode, use: FeatureUse): TopologyFeatureUse {
  // The contract names a token; its key in this scope is found beside the same token among the reads.
  const at = wired.definition.reads.findIndex((token) => token.name === use.snapshot.name);
  return {
    snapshot: wired.reads[at] ?? use.snapshot.name,
    features: use.features === "all" ? "all" : [...use.features],
    unlogged: use.unlogged ?? null,
  };
}

function orderedSlots(wiring: Wiring): readonly WiredSlot[] {
  const rank = (slot: WiredSlot): number =>
    slot.requested ? -1 : (slot.writers[0]?.position ?? slot.shadowWriters[0]?.position ?? Number.MAX_SAFE_INTEGER);
  // The sort is stable: slots of one producer keep the order in which it names them.
  return [...wiring.slots.values()].sort((left, right) => rank(left) - rank(right));
}

function describeSlot(slot: WiredSlot): TopologySlot {
  const token = slot.tokens[0];
  const readers = slot.readers.map(({ node, as }) => ({ node: node.name, as }));
  return {
    key: slot.key,
    name: token?.name ?? slot.key,
    owner: token?.owner ?? "",
    fingerprint: token === undefined ? null : fingerprintOf(token),
    unit: token?.unit ?? null,
    summary: token?.summary ?? null,
    tags: plainTags(token?.tags ?? {}),
    requested: slot.requested,
    responded: slot.responded,
    producer: slot.writers[0]?.name ?? null,
    readers,
    place: token?.place ?? null,
  };
}

/** A copy of contract data without the keys that hold `undefined`, which JSON would lose (T1). */
function plain<Value>(value: Value): Value {
  return value === undefined ? value : JSON.parse(JSON.stringify(value));
}

function plainTags({ follows, commitsWith, ...tags }: SlotTags): TopologyTags {
  return {
    ...plain(tags),
    ...(follows !== undefined && { follows: follows.map((token) => token.name) }),
    ...(commitsWith !== undefined && { commitsWith: commitsWith.map((token) => token.name) }),
  };
}

function edgesOf(wiring: Wiring, nodes: readonly TopologyNode[], slots: readonly TopologySlot[]): TopologyEdge[] {
  const producers = new Map(slots.map((slot) => [slot.key, slot.requested ? REQUEST_END : slot.producer]));
  const edges: TopologyEdge[] = [];
  const add = (slot: SlotKey, to: string, as: TopologyEdge["as"]): void => {
    const from = producers.get(slot) ?? null;
    if (from !== null) edges.push({ slot, from, to, as });
  };
  for (const node of nodes) {
    for (const slot of new Set(node.reads)) add(slot, node.name, "reads");
    for (const slot of new Set(node.soft)) add(slot, node.name, "soft");
    if (node.when !== null) add(node.when, node.name, "when");
  }
  for (const slot of wiring.respond) add(slot, RESPOND_END, "respond");
  return edges;
}

function dependenciesOf(nodes: readonly TopologyNode[], edges: readonly TopologyEdge[]): Dependencies {
  const positions = new Map(nodes.map((node, position) => [node.name, position]));
  const dependencies: number[][] = nodes.map(() => []);
  for (const edge of edges) {
    const from = positions.get(edge.from);
    const to = positions.get(edge.to);
    if (from !== undefined && to !== undefined) dependencies[to]?.push(from);
  }
  return dependencies;
}

function resourcesOf(wired: readonly WiredNode[]): TopologyResource[] {
  const readers = new Map<string, { token: AnyResource; nodes: string[] }>();
  for (const node of wired) {
    for (const token of node.definition.uses) {
      const entry = readers.get(token.name);
      if (entry === undefined) readers.set(token.name, { token, nodes: [node.name] });
      else entry.nodes.push(node.name);
    }
  }
  return [...readers.values()].map(({ token, nodes }) => ({
    name: token.name,
    owner: token.owner,
    purpose: token.purpose,
    methods: token.methods === undefined ? null : [...token.methods],
    pii: token.pii,
    restrictedTo: token.restrictedTo === undefined ? null : [...token.restrictedTo],
    readers: nodes,
    place: token.place ?? null,
  }));
}

/** Only ever meets the fresh records and arrays built above, and places, which nobody changes. */
function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}
