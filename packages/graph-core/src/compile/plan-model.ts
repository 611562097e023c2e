/**
 * Topology → the shape of the generated code, as data.
 *
 * P1 A segment is a set of nodes that become runnable at the same instant: same set of async ancestors.
 * P2 A segment starts when its maximal async ancestors have settled; a counter exists only where there are several.
 * P3 Inside a segment async nodes start first, with just the sync nodes they need.
 * P4 Order among equals is graph position, so a plan is a function of the graph file alone.
 */
import type { WiredNode, Wiring } from "../graph/wiring.ts";
import { ALWAYS, type Condition, conditionsOf, isAlways, readKeys } from "./condition.ts";

/** Async nodes in flight are bits of one integer up to here, a byte array beyond; plan text and executor agree on it. */
export const IN_FLIGHT_BITS_MAX = 30;

export interface PlanNode {
  /** Index in execution order: names the node in generated code and traces. */
  readonly index: number;
  readonly wired: WiredNode;
  readonly async: boolean;
  /** `undefined`: always runs. */
  readonly condition: Condition | undefined;
  /** True where a failure has a policy other than failing the request. */
  readonly degradable: boolean;
}

export interface Segment {
  readonly index: number;
  /** Segments whose slots this one reads: they run first where both become runnable together. */
  readonly after: readonly Segment[];
  /** Async nodes whose settling starts the segment; empty for the first one. */
  readonly triggers: readonly PlanNode[];
  readonly nodes: readonly PlanNode[];
  /** True for the segment at whose end the respond slots are complete. */
  readonly responds: boolean;
}

export interface PlanModel {
  readonly wiring: Wiring;
  readonly nodes: readonly PlanNode[];
  readonly segments: readonly Segment[];
  readonly shadows: readonly WiredNode[];
}

/** Plans a graph that has passed its checks. */
export function planModel(wiring: Wiring): PlanModel {
  const firstOrder = sortTopologically(wiring, new Map());
  const conditions = conditionsOf(wiring, firstOrder);
  // Conditions add edges: their slots must be there before the nodes that they may skip.
  const order = conditions.size === 0 ? firstOrder : sortTopologically(wiring, conditions);

  const nodes: PlanNode[] = order.map((wired, index) => {
    const condition = conditions.get(wired) ?? ALWAYS;
    const policy = wired.definition.onFailure ?? "failRequest";
    return {
      index,
      wired,
      async: wired.definition.async,
      condition: isAlways(condition) ? undefined : condition,
      degradable: policy !== "failRequest",
    };
  });
  return { wiring, nodes, segments: segmentsOf(wiring, nodes), shadows: wiring.shadows };
}

/** Nodes that must have settled before `node` may start: producers of what it reads and of what its condition tests. */
function producersOf(node: WiredNode, wiring: Wiring, condition: Condition | undefined): WiredNode[] {
  const keys = [...readKeys(node), ...(condition ?? []).flat()];
  return keys.flatMap((key) => wiring.slots.get(key)?.writers ?? []);
}

/** Kahn's algorithm with graph position as the tie-break (P4). */
function sortTopologically(wiring: Wiring, conditions: ReadonlyMap<WiredNode, Condition>): WiredNode[] {
  const waiting = new Map<WiredNode, Set<WiredNode>>();
  const readers = new Map<WiredNode, WiredNode[]>();
  for (const node of wiring.nodes) {
    const producers = new Set(producersOf(node, wiring, conditions.get(node)));
    waiting.set(node, producers);
    for (const producer of producers) {
      const list = readers.get(producer);
      if (list === undefined) readers.set(producer, [node]);
      else list.push(node);
    }
  }
  const order: WiredNode[] = [];
  const ready = wiring.nodes.filter((node) => waiting.get(node)?.size === 0);
  for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
    order.push(next);
    for (const reader of readers.get(next) ?? []) {
      const left = waiting.get(reader);
      left?.delete(next);
      if (left?.size === 0) insertByPosition(ready, reader);
    }
  }
  return order;
}

function insertByPosition(ready: WiredNode[], node: WiredNode): void {
  let low = 0;
  let high = ready.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ready[middle] as WiredNode).position < node.position) low = middle + 1;
    else high = middle;
  }
  ready.splice(low, 0, node);
}

function segmentsOf(wiring: Wiring, nodes: readonly PlanNode[]): Segment[] {
  if (!nodes.some((node) => node.async)) return [{ index: 0, after: [], triggers: [], nodes, responds: true }];
  const planNodeOf = new Map(nodes.map((node) => [node.wired, node]));
  /** Async nodes that must settle before the node starts. */
  const asyncAncestors = new Map<PlanNode, Set<PlanNode>>();
  const grouped = new Map<string, { triggers: Set<PlanNode>; nodes: PlanNode[]; responds: boolean }>();

  const settledBefore = (producers: readonly WiredNode[]): Set<PlanNode> => {
    const all = new Set<PlanNode>();
    for (const wired of producers) {
      const producer = planNodeOf.get(wired);
      if (producer === undefined) continue;
      for (const ancestor of asyncAncestors.get(producer) ?? []) all.add(ancestor);
      if (producer.async) all.add(producer);
    }
    return all;
  };
  const groupOf = (ancestors: Set<PlanNode>) => {
    const id = [...ancestors]
      .map((node) => node.index)
      .sort((a, b) => a - b)
      .join(",");
    let group = grouped.get(id);
    if (group === undefined) {
      group = { triggers: ancestors, nodes: [], responds: false };
      grouped.set(id, group);
    }
    return group;
  };

  groupOf(new Set());
  for (const node of nodes) {
    const ancestors = settledBefore(producersOf(node.wired, wiring, node.condition));
    asyncAncestors.set(node, ancestors);
    groupOf(ancestors).nodes.push(node);
  }
  const respondProducers = wiring.respond.flatMap((key) => wiring.slots.get(key)?.writers ?? []);
  groupOf(settledBefore(respondProducers)).responds = true;

  const groups = [...grouped.values()];
  const groupIndexOf = new Map(
    groups.flatMap((group, index) => group.nodes.map((node) => [node.wired, index] as const)),
  );
  const segments = groups.map((group, index) => ({
    index,
    after: [] as Segment[],
    triggers: maximal(group.triggers, asyncAncestors),
    nodes: asyncFirst(group.nodes, wiring, planNodeOf),
    responds: group.responds,
  }));
  for (const segment of segments) {
    const read = segment.nodes.flatMap((node) => producersOf(node.wired, wiring, node.condition));
    const producers = segment.responds ? [...read, ...respondProducers] : read;
    const before = new Set(producers.map((wired) => groupIndexOf.get(wired)).filter((at) => at !== undefined));
    for (const at of before) if (at !== segment.index) segment.after.push(segments[at] as Segment);
  }
  return segments;
}

/** The segments an async node may start when it settles: those with remote reads first, each after what it reads. */
export function triggeredBy(node: PlanNode, segments: readonly Segment[]): readonly Segment[] {
  const triggered = new Set(segments.filter((segment) => segment.triggers.includes(node)));
  const ordered = new Set<Segment>();
  const place = (segment: Segment): void => {
    if (ordered.has(segment) || !triggered.has(segment)) return;
    for (const before of segment.after) place(before);
    ordered.add(segment);
  };
  for (const segment of triggered) if (segment.nodes.some((each) => each.async)) place(segment);
  for (const segment of triggered) place(segment);
  return [...ordered];
}

/** Async nodes of the set that no other one of the set waits for (P2). */
function maximal(set: ReadonlySet<PlanNode>, ancestorsOf: ReadonlyMap<PlanNode, ReadonlySet<PlanNode>>): PlanNode[] {
  return [...set]
    .filter((node) => ![...set].some((other) => ancestorsOf.get(other)?.has(node)))
    .sort((a, b) => a.index - b.index);
}

/** Execution order inside a segment: async nodes and what they need, then the rest (P3). */
function asyncFirst(
  nodes: readonly PlanNode[],
  wiring: Wiring,
  planNodeOf: ReadonlyMap<WiredNode, PlanNode>,
): PlanNode[] {
  const inSegment = new Set(nodes);
  const placed = new Set<PlanNode>();
  const place = (node: PlanNode): void => {
    if (placed.has(node) || !inSegment.has(node)) return;
    placed.add(node);
    for (const producer of producersOf(node.wired, wiring, node.condition)) {
      const before = planNodeOf.get(producer);
      if (before !== undefined && before !== node) place(before);
    }
    ordered.push(node);
  };
  const ordered: PlanNode[] = [];
  for (const node of nodes) if (node.async) place(node);
  for (const node of nodes) place(node);
  return ordered;
}
