/**
 * Running totals of one graph in one process: what a scrape or a metrics reader gets. Fed after the answer is out, with
 * the request's duration for every request and with the trace and the ledger of checked ones; nothing is counted node
 * by node while a request runs. Node figures are therefore those of the checked share of requests.
 */
import { GraphError } from "../contract/error.ts";
import type { Topology } from "../graph/topology.ts";
import { topologyHash } from "../graph/topology-hash.ts";
import { LatencyHistogram, octaveBoundsMs } from "./latency-histogram.ts";
import type { ReasonLedger } from "./reason-ledger.ts";
import { ran, requireSameGraph } from "./trace-order.ts";
import {
  leavesAbsent,
  OUTCOME_NAMES,
  Outcome,
  type OutcomeCode,
  type OutcomeName,
  type TraceRecord,
} from "./trace-record.ts";

/** Distinct drop reasons of one node, and failure codes of one graph; further ones are counted as `other`. */
const NAMES_MAX = 64;
const OTHER = "other";
/** Bounds of scraped buckets, in milliseconds. */
const BOUNDS_MS: readonly number[] = Object.freeze(octaveBoundsMs());

/** What an executor counts itself; `Executor.counts` has this form. */
export interface HostCounts {
  readonly checkedRequests: number;
  /** Results that came after their run had ended. */
  readonly lateResults: number;
  /** Node calls that have not returned although their run has ended, now. */
  readonly stillRunning: number;
  readonly shadowAgreements: number;
  readonly shadowDifferences: number;
  readonly shadowFailures: number;
}

export interface LatencySnapshot {
  readonly count: number;
  readonly sumMs: number;
  readonly maxMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  /** How many were at most each bound, bounds ascending. */
  readonly atMost: readonly { readonly boundMs: number; readonly count: number }[];
}

export interface NodeSnapshot {
  readonly name: string;
  readonly owner: string;
  readonly latency: LatencySnapshot;
  /** Time between ready and start, summed. */
  readonly waitMs: number;
  readonly retries: number;
  readonly outcomes: Readonly<Record<OutcomeName, number>>;
  /** By soft slot: runs in which the node had to do without it. */
  readonly softAbsent: Readonly<Record<string, number>>;
  /** Candidates, for a filter. */
  readonly entered: number;
  readonly kept: number;
  readonly droppedFor: Readonly<Record<string, number>>;
}

export interface GraphSnapshot {
  readonly graph: string;
  readonly request: LatencySnapshot;
  readonly failures: Readonly<Record<string, number>>;
  readonly conservationErrors: number;
  readonly host: HostCounts | undefined;
  readonly nodes: readonly NodeSnapshot[];
}

/** Counters by name with a bound on the number of names. */
class NamedCounts {
  readonly #counts = new Map<string, number>();

  add(name: string, count = 1): void {
    const known = this.#counts.has(name) || this.#counts.size < NAMES_MAX - 1;
    const key = known ? name : OTHER;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
  }

  addAll(other: NamedCounts): void {
    for (const [name, count] of other.#counts) this.add(name, count);
  }

  toRecord(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}

class NodeTotals {
  readonly latency = new LatencyHistogram();
  readonly outcomes = new Float64Array(OUTCOME_NAMES.length);
  readonly softAbsent = new NamedCounts();
  readonly droppedFor = new NamedCounts();
  waitMs = 0;
  retries = 0;
  entered = 0;
  kept = 0;

  add(other: NodeTotals): void {
    this.latency.add(other.latency);
    for (const code of this.outcomes.keys())
      this.outcomes[code] = (this.outcomes[code] ?? 0) + (other.outcomes[code] ?? 0);
    this.softAbsent.addAll(other.softAbsent);
    this.droppedFor.addAll(other.droppedFor);
    this.waitMs += other.waitMs;
    this.retries += other.retries;
    this.entered += other.entered;
    this.kept += other.kept;
  }
}

interface SoftRead {
  readonly reader: number;
  readonly producer: number;
  readonly slot: string;
}

export class NodeHistograms {
  readonly #topology: Topology;
  readonly #nodes: readonly NodeTotals[];
  readonly #softReads: readonly SoftRead[];
  readonly #request = new LatencyHistogram();
  readonly #failures = new NamedCounts();
  #conservationErrors = 0;

  constructor(topology: Topology) {
    this.#topology = topology;
    this.#nodes = topology.nodes.map(() => new NodeTotals());
    this.#softReads = softReadsOf(topology);
  }

  /** Counts a request that was answered or failed; every one, checked or not. */
  countRequest(durationMs: number, failureCode?: string): void {
    this.#request.record(durationMs);
    if (failureCode !== undefined) this.#failures.add(failureCode);
  }

  /** Takes a checked request in. Throws TENON1290 for the trace of another graph. */
  record(trace: TraceRecord, ledger?: ReasonLedger): void {
    requireSameGraph(trace, this.#topology);
    this.#nodes.forEach((totals, at) => {
      const outcome = trace.outcome[at] ?? 0;
      totals.outcomes[outcome] = (totals.outcomes[outcome] ?? 0) + 1;
      if (!ran(trace, at)) return;
      const [ready, start, end] = [trace.ready[at] ?? 0, trace.start[at] ?? 0, trace.end[at] ?? 0];
      // How long it would have taken nobody knows.
      if (outcome !== Outcome.unfinished) totals.latency.record(end - start);
      totals.waitMs += start - ready;
      totals.retries += trace.attempts[at] ?? 0;
    });
    for (const { reader, producer, slot } of this.#softReads) {
      if (!ran(trace, reader)) continue;
      const onFailure = this.#topology.nodes[producer]?.onFailure ?? "failRequest";
      if (leavesAbsent((trace.outcome[producer] ?? 0) as OutcomeCode, onFailure))
        this.#nodes[reader]?.softAbsent.add(slot);
    }
    if (ledger !== undefined) this.#recordLedger(ledger);
  }

  #recordLedger(ledger: ReasonLedger): void {
    for (const { nodeIndex, batch, kept, drops } of ledger.stages) {
      const totals = this.#nodes[nodeIndex];
      if (totals === undefined) continue;
      totals.entered += batch.size;
      totals.kept += kept.size;
      for (const { reason } of drops) totals.droppedFor.add(reason);
    }
    if (!ledger.conserved().ok) this.#conservationErrors += 1;
  }

  /** Adds the totals of another process or thread. Throws TENON1291 when it ran another version of the graph. */
  add(other: NodeHistograms): void {
    if (topologyHash(other.#topology) !== topologyHash(this.#topology)) {
      throw new GraphError(
        `totals of graph "${other.#topology.graph.name}" cannot be added to those of another version`,
        {
          code: "TENON1291",
          category: "input",
          graph: this.#topology.graph.name,
          detail: `expected topology ${topologyHash(this.#topology)}, found ${topologyHash(other.#topology)}`,
          hint: "keep one NodeHistograms per topology and export them side by side",
        },
      );
    }
    for (const [at, totals] of this.#nodes.entries()) totals.add(other.#nodes[at] ?? new NodeTotals());
    this.#request.add(other.#request);
    this.#failures.addAll(other.#failures);
    this.#conservationErrors += other.#conservationErrors;
  }

  /** The totals as data, for a scrape. `host` adds what the executor counts. */
  snapshot(host?: HostCounts): GraphSnapshot {
    return {
      graph: this.#topology.graph.name,
      request: latencySnapshot(this.#request),
      failures: this.#failures.toRecord(),
      conservationErrors: this.#conservationErrors,
      host: host === undefined ? undefined : { ...host },
      nodes: this.#topology.nodes.map(({ name, owner }, at) => {
        const totals = this.#nodes[at] ?? new NodeTotals();
        const { waitMs, retries, entered, kept } = totals;
        return {
          name,
          owner,
          latency: latencySnapshot(totals.latency),
          waitMs,
          retries,
          outcomes: outcomeRecord(totals.outcomes),
          softAbsent: totals.softAbsent.toRecord(),
          entered,
          kept,
          droppedFor: totals.droppedFor.toRecord(),
        };
      }),
    };
  }
}

function softReadsOf(topology: Topology): readonly SoftRead[] {
  const positions = new Map(topology.nodes.map((node, position) => [node.name, position]));
  return topology.edges.flatMap(({ from, to, slot, as }) => {
    const producer = positions.get(from);
    const reader = positions.get(to);
    return as !== "soft" || producer === undefined || reader === undefined ? [] : [{ reader, producer, slot }];
  });
}

function latencySnapshot(histogram: LatencyHistogram): LatencySnapshot {
  const counts = histogram.countsAtMost(BOUNDS_MS);
  return {
    count: histogram.count,
    sumMs: histogram.sumMs,
    maxMs: histogram.maxMs,
    p50Ms: histogram.quantile(0.5),
    p90Ms: histogram.quantile(0.9),
    p99Ms: histogram.quantile(0.99),
    atMost: BOUNDS_MS.map((boundMs, at) => ({ boundMs, count: counts[at] ?? 0 })),
  };
}

function outcomeRecord(outcomes: Float64Array): Readonly<Record<OutcomeName, number>> {
  return Object.fromEntries(OUTCOME_NAMES.map((name, code) => [name, outcomes[code] ?? 0])) as Record<
    OutcomeName,
    number
  >;
}
