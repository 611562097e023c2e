import { REQUEST_END, type Topology } from "../graph/topology.ts";
import { topologyHash } from "../graph/topology-hash.ts";
import { criticalPathOf, ran, requireSameGraph, slackOf } from "./trace-order.ts";
import { leavesAbsent, type OutcomeCode, type OutcomeName, type TraceRecord } from "./trace-record.ts";

/** Changes with the meaning of any field; a reader refuses what it does not know. */
export const TRACE_FORMAT = "tenon.trace/2";

/** One node of one run. Times are milliseconds since the request began. */
export interface TracedNode {
  readonly name: string;
  readonly owner: string;
  readonly outcome: OutcomeName;
  /** The last slot it waits for was there. */
  readonly readyMs: number;
  readonly startMs: number;
  readonly endMs: number;
  /** From ready to start: waiting for its turn, not for data. */
  readonly waitMs: number;
  /** From start to end. */
  readonly durationMs: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** Candidates, rows or elements in its first output; `null` where it has no size. */
  readonly sizeOut: number | null;
  /** How much later it could have ended without the run ending later; `null` where nobody waited for it. */
  readonly slackMs: number | null;
  readonly critical: boolean;
}

/** Where a slot's value came from in this run. */
export interface TracedSlot {
  readonly key: string;
  /** Node name, or `@request`. */
  readonly producer: string;
  /** `given` for a request slot. */
  readonly outcome: OutcomeName | "given";
  readonly absent: boolean;
}

export interface TraceJson {
  readonly format: typeof TRACE_FORMAT;
  readonly graph: string;
  readonly topologyHash: string;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly failureCode: string | null;
  /** In graph position order, shadows last. */
  readonly nodes: readonly TracedNode[];
  readonly slots: readonly TracedSlot[];
  /** Nodes that decided when the run ended, first to last. */
  readonly criticalPath: readonly string[];
}

/** A run with names: what the studio shows and a recording keeps. Throws TENON1290 for another graph's trace. */
export function traceToJson(trace: TraceRecord, topology: Topology): TraceJson {
  requireSameGraph(trace, topology);
  const path = criticalPathOf(trace, topology);
  const slack = slackOf(trace, topology);
  return {
    format: TRACE_FORMAT,
    graph: trace.graph,
    topologyHash: topologyHash(topology),
    requestId: trace.requestId,
    startedAtMs: trace.startMs,
    durationMs: trace.durationMs,
    failureCode: trace.failureCode ?? null,
    nodes: topology.nodes.map(({ name, owner }, at) => {
      const [readyMs, startMs, endMs] = [trace.ready[at] ?? 0, trace.start[at] ?? 0, trace.end[at] ?? 0];
      const sizeOut = trace.sizeOut[at] ?? -1;
      return {
        name,
        owner,
        outcome: trace.outcomeName(at),
        readyMs,
        startMs,
        endMs,
        waitMs: ran(trace, at) ? startMs - readyMs : 0,
        durationMs: endMs - startMs,
        retries: trace.attempts[at] ?? 0,
        sizeOut: sizeOut === -1 ? null : sizeOut,
        slackMs: slack[at] ?? null,
        critical: path.includes(at),
      };
    }),
    slots: provenanceOf(trace, topology),
    criticalPath: path.map((at) => topology.nodes[at]?.name ?? ""),
  };
}

function provenanceOf(trace: TraceRecord, topology: Topology): readonly TracedSlot[] {
  const positions = new Map(topology.nodes.map((node, position) => [node.name, position]));
  return topology.slots.flatMap((slot): readonly TracedSlot[] => {
    if (slot.requested) return [{ key: slot.key, producer: REQUEST_END, outcome: "given", absent: false }];
    const at = slot.producer === null ? undefined : positions.get(slot.producer);
    const node = at === undefined ? undefined : topology.nodes[at];
    if (at === undefined || node === undefined) return [];
    const outcome = (trace.outcome[at] ?? 0) as OutcomeCode;
    const absent = leavesAbsent(outcome, node.onFailure);
    return [{ key: slot.key, producer: node.name, outcome: trace.outcomeName(at), absent }];
  });
}
