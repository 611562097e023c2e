/** What a trace and its topology say together: who waited for whom, and what that made of the run. */
import { GraphError } from "../contract/error.ts";
import { RESPOND_END, type Topology } from "../graph/topology.ts";
import { dependencyOrder } from "../graph/topology-order.ts";
import { Outcome, type TraceRecord } from "./trace-record.ts";

interface WaitOrder {
  /** By node position, the positions of the producers it waits for. */
  readonly producers: readonly (readonly number[])[];
  readonly readers: readonly (readonly number[])[];
  /** Producers before their readers. */
  readonly order: readonly number[];
  /** Producers of respond slots. */
  readonly last: readonly number[];
}

const orders = new WeakMap<Topology, WaitOrder>();

function waitOrderOf(topology: Topology): WaitOrder {
  const known = orders.get(topology);
  if (known !== undefined) return known;
  const positions = new Map(topology.nodes.map((node, position) => [node.name, position]));
  const producers = topology.nodes.map((): number[] => []);
  const readers = topology.nodes.map((): number[] => []);
  const last = new Set<number>();
  for (const { from, to } of topology.edges) {
    const producer = positions.get(from);
    if (producer === undefined) continue;
    if (to === RESPOND_END) last.add(producer);
    const reader = positions.get(to);
    if (reader === undefined) continue;
    producers[reader]?.push(producer);
    readers[producer]?.push(reader);
  }
  const made = { producers, readers, order: dependencyOrder(producers), last: [...last] };
  orders.set(topology, made);
  return made;
}

/** Throws TENON1290 when the trace was not recorded on this topology. */
export function requireSameGraph(trace: TraceRecord, topology: Topology): void {
  if (trace.graph === topology.graph.name && trace.nodeCount === topology.nodes.length) return;
  throw new GraphError(`trace of request "${trace.requestId}" does not belong to this topology`, {
    code: "TENON1290",
    category: "input",
    graph: topology.graph.name,
    detail: `expected graph "${topology.graph.name}" with ${topology.nodes.length} nodes, found graph "${trace.graph}" with ${trace.nodeCount}`,
    hint: "use the topology of the plan that ran the request",
  });
}

/** Whether a node's code was called. */
export function ran(trace: TraceRecord, node: number): boolean {
  const outcome = trace.outcome[node];
  return outcome !== Outcome.notRun && outcome !== Outcome.skipped && outcome !== Outcome.switchedOff;
}

/**
 * Positions of the nodes that decided when the run ended, first to last: back from the producer of a respond slot that
 * ended last (or the node the request failed at, or at its deadline waited for), each time to the producer that ended last.
 */
export function criticalPathOf(trace: TraceRecord, topology: Topology): readonly number[] {
  const { producers, last } = waitOrderOf(topology);
  const failed = trace.outcome.indexOf(Outcome.failed);
  const path: number[] = [];
  let at = failed === -1 ? (latest(trace, last) ?? waitedFor(trace)) : failed;
  while (at !== undefined) {
    path.unshift(at);
    at = latest(trace, producers[at] ?? []);
  }
  return path;
}

/** The first node that was out when a run without an answer ended. */
function waitedFor(trace: TraceRecord): number | undefined {
  const at = trace.outcome.indexOf(Outcome.unfinished);
  return at === -1 ? undefined : at;
}

function latest(trace: TraceRecord, nodes: readonly number[]): number | undefined {
  let found: number | undefined;
  for (const node of nodes) {
    if (trace.outcome[node] === Outcome.notRun) continue;
    if (found === undefined || (trace.end[node] ?? 0) > (trace.end[found] ?? 0)) found = node;
  }
  return found;
}

/**
 * By node position, how much later the node could have ended without the run ending later, in milliseconds; `undefined`
 * where nobody waited for it. A reader's own waiting is taken as it was.
 */
export function slackOf(trace: TraceRecord, topology: Topology): readonly (number | undefined)[] {
  const { readers, order, last } = waitOrderOf(topology);
  const finish = Math.max(0, ...last.map((node) => trace.end[node] ?? 0));
  const slack = new Array<number | undefined>(trace.nodeCount).fill(undefined);
  for (const node of [...order].reverse()) {
    if (trace.outcome[node] === Outcome.notRun) continue;
    const end = trace.end[node] ?? 0;
    let least = last.includes(node) ? finish - end : undefined;
    for (const reader of readers[node] ?? []) {
      const readerSlack = slack[reader];
      if (readerSlack === undefined) continue;
      const own = Math.max(0, (trace.ready[reader] ?? 0) - end) + readerSlack;
      if (least === undefined || own < least) least = own;
    }
    slack[node] = least;
  }
  return slack;
}
