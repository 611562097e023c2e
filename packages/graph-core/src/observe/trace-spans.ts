import type { Topology } from "../graph/topology.ts";
import { criticalPathOf, ran, requireSameGraph } from "./trace-order.ts";
import { Outcome, type TraceRecord } from "./trace-record.ts";

/** A span as data: what an adapter to a tracing system needs, without that system. */
export interface SpanData {
  readonly name: string;
  /** Position of the parent in the list, which stands before it; `undefined` for the request's own span. */
  readonly parent: number | undefined;
  /** Milliseconds since the epoch, with fractions. */
  readonly startMs: number;
  readonly endMs: number;
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Spans of a run: the request first, then every node that ran, in graph position order. Made after the answer is out,
 * from the record, so that no span library is on the request's path. Throws TENON1290 for another graph's trace.
 */
export function traceToSpans(trace: TraceRecord, topology: Topology): readonly SpanData[] {
  requireSameGraph(trace, topology);
  const path = criticalPathOf(trace, topology);
  const request: SpanData = {
    name: `graph ${trace.graph}`,
    parent: undefined,
    startMs: trace.startMs,
    endMs: trace.startMs + trace.durationMs,
    failed: trace.failureCode !== undefined,
    attributes: {
      "tenon.graph": trace.graph,
      "tenon.request_id": trace.requestId,
      ...(trace.failureCode !== undefined && { "tenon.failure_code": trace.failureCode }),
    },
  };
  const nodes = topology.nodes.flatMap((node, at): readonly SpanData[] => {
    if (!ran(trace, at)) return [];
    const sizeOut = trace.sizeOut[at] ?? -1;
    return [
      {
        name: node.name,
        parent: 0,
        startMs: trace.startMs + (trace.start[at] ?? 0),
        endMs: trace.startMs + (trace.end[at] ?? 0),
        failed: trace.outcome[at] !== Outcome.ok,
        attributes: {
          "tenon.node": node.name,
          "tenon.owner": node.owner,
          "tenon.outcome": trace.outcomeName(at),
          "tenon.wait_ms": (trace.start[at] ?? 0) - (trace.ready[at] ?? 0),
          "tenon.retries": trace.attempts[at] ?? 0,
          "tenon.critical": path.includes(at),
          ...(sizeOut !== -1 && { "tenon.size_out": sizeOut }),
        },
      },
    ];
  });
  return [request, ...nodes];
}
