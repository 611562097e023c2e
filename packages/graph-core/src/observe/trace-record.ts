/**
 * What one checked request did, node by node: a few typed arrays that the executor fills while it runs, so that nothing
 * is formatted, named or allocated per node before the answer is out. `traceToJson` and the exporters read it afterwards.
 *
 * - R1  Index `i` is the node at position `i` of the topology, shadows last.
 * - R2  Times are milliseconds since the request began. `ready ≤ start ≤ end` for every outcome but `notRun`; a node that
 *       was skipped or switched off has all three at the moment that was decided.
 * - R3  A node that is called is `unfinished` until something else becomes of it.
 */
import type { FailureName } from "../graph/topology.ts";

/** What became of a node in one run. Numbers are stored, names are shown. */
export const Outcome = {
  /** The run ended before it could start. */
  notRun: 0,
  ok: 1,
  /** It failed and its declared fallback took its place. */
  fallback: 2,
  /** It failed and its slots stayed absent, as declared. */
  omitted: 3,
  /** Its condition was not true, or a slot it needs was absent. */
  skipped: 4,
  /** It failed and with it the request. */
  failed: 5,
  /** It was cut at its budget; its failure policy was applied. */
  timeout: 6,
  /** A kill switch kept it from running; its failure policy was applied. */
  switchedOff: 7,
  /** It was cut, and its result, dropped, arrived while the request was still running. */
  late: 8,
  /** It had started, and was still out when the run ended; what it gave afterwards was dropped. Its end is the run's. */
  unfinished: 9,
} as const;

export type OutcomeName = keyof typeof Outcome;
export type OutcomeCode = (typeof Outcome)[OutcomeName];

/** Names by code. */
export const OUTCOME_NAMES: readonly OutcomeName[] = Object.keys(Outcome) as OutcomeName[];

const RETRIES_SHOWN_MAX = 255;

export class TraceRecord {
  readonly graph: string;
  readonly requestId: string;
  /** When the request began, milliseconds since the epoch. */
  readonly startMs: number;
  readonly nodeCount: number;
  /** When the last slot a node waits for was there. Waiting for a turn is `start - ready`. */
  readonly ready: Float64Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** {@link Outcome} codes. */
  readonly outcome: Uint8Array;
  /** Attempts after the first one, at most 255. */
  readonly attempts: Uint8Array;
  /** Candidates, rows or elements in the node's first output; -1 where it has no size. */
  readonly sizeOut: Int32Array;
  /** Code of the error the request failed with. */
  failureCode: string | undefined = undefined;

  constructor(graph: string, requestId: string, startMs: number, nodeCount: number) {
    this.graph = graph;
    this.requestId = requestId;
    this.startMs = startMs;
    this.nodeCount = nodeCount;
    // One buffer for all: a buffer costs far more than a view of it.
    const times = nodeCount * Float64Array.BYTES_PER_ELEMENT;
    const buffer = new ArrayBuffer(3 * times + nodeCount * (Int32Array.BYTES_PER_ELEMENT + 2));
    this.ready = new Float64Array(buffer, 0, nodeCount);
    this.start = new Float64Array(buffer, times, nodeCount);
    this.end = new Float64Array(buffer, 2 * times, nodeCount);
    this.sizeOut = new Int32Array(buffer, 3 * times, nodeCount).fill(-1);
    const bytes = 3 * times + nodeCount * Int32Array.BYTES_PER_ELEMENT;
    this.outcome = new Uint8Array(buffer, bytes, nodeCount);
    this.attempts = new Uint8Array(buffer, bytes + nodeCount, nodeCount);
  }

  setOutcome(node: number, outcome: OutcomeCode): void {
    this.outcome[node] = outcome;
  }

  outcomeName(node: number): OutcomeName {
    return OUTCOME_NAMES[this.outcome[node] ?? Outcome.notRun] ?? "notRun";
  }

  /** Counts an attempt after the first one. */
  countAttempt(node: number): void {
    this.attempts[node] = Math.min(RETRIES_SHOWN_MAX, (this.attempts[node] ?? 0) + 1);
  }

  /** When the last node ended, milliseconds since the request began. */
  get durationMs(): number {
    let last = 0;
    for (const end of this.end) if (end > last) last = end;
    return last;
  }
}

/** Whether a node's slots were absent after this outcome, given what its contract says about failure. */
export function leavesAbsent(outcome: OutcomeCode, onFailure: FailureName): boolean {
  if (outcome === Outcome.ok || outcome === Outcome.fallback) return false;
  const degraded = outcome === Outcome.timeout || outcome === Outcome.switchedOff || outcome === Outcome.late;
  return !degraded || onFailure === "omit" || onFailure === "failRequest";
}
