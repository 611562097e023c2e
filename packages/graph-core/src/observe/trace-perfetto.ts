import type { Topology } from "../graph/topology.ts";
import { criticalPathOf, ran, requireSameGraph } from "./trace-order.ts";
import type { TraceRecord } from "./trace-record.ts";

/** One event of the Chrome trace format; `ts` and `dur` are microseconds. */
export interface PerfettoEvent {
  readonly name: string;
  /** `X` a node, `M` a name of a track, `s` and `f` the two ends of an arrow. */
  readonly ph: "X" | "M" | "s" | "f";
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly id?: number;
  readonly bp?: "e";
  readonly cat?: string;
  readonly args?: Readonly<Record<string, string | number | boolean>>;
}

export interface PerfettoTrace {
  readonly displayTimeUnit: "ms";
  readonly otherData: Readonly<Record<string, string | number>>;
  readonly traceEvents: readonly PerfettoEvent[];
}

const PROCESS = 1;

/**
 * A run in the Chrome trace event format (the "Trace Event Format" of the Chromium project), for ui.perfetto.dev or
 * chrome://tracing: nodes that ran side by side on tracks of their own, arrows along the critical path.
 * Throws TENON1290 for another graph's trace.
 */
export function traceToPerfetto(trace: TraceRecord, topology: Topology): PerfettoTrace {
  requireSameGraph(trace, topology);
  const path = criticalPathOf(trace, topology);
  const tracks = tracksOf(trace);
  const trackCount = 1 + Math.max(-1, ...tracks.values());
  const events: PerfettoEvent[] = [
    { name: "process_name", ph: "M", pid: PROCESS, tid: 0, args: { name: `graph ${trace.graph}` } },
    ...Array.from(
      { length: trackCount },
      (_, tid): PerfettoEvent => ({
        name: "thread_name",
        ph: "M",
        pid: PROCESS,
        tid,
        args: { name: `track ${tid + 1}` },
      }),
    ),
  ];
  for (const [at, tid] of tracks) {
    const node = topology.nodes[at];
    if (node === undefined) continue;
    events.push({
      name: node.name,
      ph: "X",
      cat: node.owner,
      pid: PROCESS,
      tid,
      ts: micros(trace.start[at]),
      dur: micros(trace.end[at]) - micros(trace.start[at]),
      args: {
        owner: node.owner,
        outcome: trace.outcomeName(at),
        waitMs: (trace.start[at] ?? 0) - (trace.ready[at] ?? 0),
        retries: trace.attempts[at] ?? 0,
        critical: path.includes(at),
      },
    });
  }
  path.slice(1).forEach((to, id) => {
    const from = path[id] ?? to;
    const arrow = { name: "critical path", cat: "critical", pid: PROCESS, id } as const;
    events.push({ ...arrow, ph: "s", tid: tracks.get(from) ?? 0, ts: micros(trace.end[from]) });
    events.push({ ...arrow, ph: "f", bp: "e", tid: tracks.get(to) ?? 0, ts: micros(trace.start[to]) });
  });
  const otherData = { requestId: trace.requestId, startedAtMs: trace.startMs };
  return { displayTimeUnit: "ms", otherData, traceEvents: events };
}

/** Whole nanoseconds as microseconds: enough, and free of the digits that subtraction of doubles leaves. */
function micros(ms: number | undefined): number {
  return Math.round((ms ?? 0) * 1e6) / 1e3;
}

/** The track of every node that ran: the first one that is free at its start. Slices of one track never overlap. */
function tracksOf(trace: TraceRecord): ReadonlyMap<number, number> {
  const nodes = [...trace.start.keys()].filter((at) => ran(trace, at));
  nodes.sort((left, right) => (trace.start[left] ?? 0) - (trace.start[right] ?? 0) || left - right);
  const freeFrom: number[] = [];
  const tracks = new Map<number, number>();
  for (const at of nodes) {
    const start = trace.start[at] ?? 0;
    const free = freeFrom.findIndex((end) => end <= start);
    const track = free === -1 ? freeFrom.length : free;
    freeFrom[track] = trace.end[at] ?? start;
    tracks.set(at, track);
  }
  return tracks;
}
