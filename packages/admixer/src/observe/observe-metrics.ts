import type { BatchObservableCallback, Meter, MetricAttributes, Observable } from "@opentelemetry/api";
import type { GraphSnapshot, LatencySnapshot, NodeSnapshot } from "@tenon/graph-core";

/** Gives the totals of every graph of this process; called once per collection. */
export type SnapshotSource = () => readonly GraphSnapshot[];

type Observe = (instrument: keyof Instruments, value: number, attributes: MetricAttributes) => void;

function instrumentsOf(meter: Meter) {
  const ms = (description: string) => ({ description, unit: "ms" });
  return {
    requestLatency: meter.createObservableGauge("tenon.request.latency", ms("Quantiles of time from start to answer")),
    requests: meter.createObservableCounter("tenon.requests", { description: "Requests answered or failed" }),
    failures: meter.createObservableCounter("tenon.request.failures", { description: "Requests failed, by code" }),
    lateResults: meter.createObservableCounter("tenon.late_results", {
      description: "Results after the end of their run",
    }),
    lateRunning: meter.createObservableUpDownCounter("tenon.late_results.running", {
      description: "Node calls outliving their run",
    }),
    conservationErrors: meter.createObservableCounter("tenon.funnel.conservation_errors", {
      description: "Must stay 0",
    }),
    nodeLatency: meter.createObservableGauge("tenon.node.latency", ms("Quantiles of time from start to end of a node")),
    nodeTime: meter.createObservableCounter("tenon.node.time", ms("Time in a node, summed")),
    nodeWait: meter.createObservableCounter("tenon.node.wait", ms("Time between ready and start, summed")),
    nodeOutcomes: meter.createObservableCounter("tenon.node.outcomes", { description: "What became of a node" }),
    softAbsences: meter.createObservableCounter("tenon.node.soft_absences", {
      description: "Runs without a soft slot",
    }),
    entered: meter.createObservableCounter("tenon.funnel.entered", { description: "Candidates that entered a filter" }),
    kept: meter.createObservableCounter("tenon.funnel.kept", { description: "Candidates that a filter kept" }),
    dropped: meter.createObservableCounter("tenon.funnel.dropped", { description: "Candidates dropped, by reason" }),
  } satisfies Record<string, Observable>;
}

type Instruments = ReturnType<typeof instrumentsOf>;

/**
 * Shows the in-process totals to OpenTelemetry metrics. Histograms stay in the process: the API has no way to report a
 * finished one, so durations appear as quantiles here; scrape `toPrometheus` for buckets. Gives a function that stops it.
 */
export function observeMetrics(meter: Meter, source: SnapshotSource): () => void {
  const instruments = instrumentsOf(meter);
  const all: Observable[] = Object.values(instruments);
  const callback: BatchObservableCallback = (result) => {
    const observe: Observe = (instrument, value, attributes) =>
      result.observe(instruments[instrument], value, attributes);
    for (const graph of source()) observeGraph(graph, observe);
  };
  meter.addBatchObservableCallback(callback, all);
  return () => meter.removeBatchObservableCallback(callback, all);
}

function observeGraph(snapshot: GraphSnapshot, observe: Observe): void {
  const graph = { "tenon.graph": snapshot.graph };
  observeQuantiles("requestLatency", snapshot.request, graph, observe);
  observe("requests", snapshot.request.count, graph);
  for (const [code, count] of Object.entries(snapshot.failures))
    observe("failures", count, { ...graph, "tenon.code": code });
  observe("conservationErrors", snapshot.conservationErrors, graph);
  if (snapshot.host !== undefined) {
    observe("lateResults", snapshot.host.lateResults, graph);
    observe("lateRunning", snapshot.host.stillRunning, graph);
  }
  for (const node of snapshot.nodes)
    observeNode(node, { ...graph, "tenon.node": node.name, "tenon.owner": node.owner }, observe);
}

function observeNode(node: NodeSnapshot, attributes: MetricAttributes, observe: Observe): void {
  observeQuantiles("nodeLatency", node.latency, attributes, observe);
  observe("nodeTime", node.latency.sumMs, attributes);
  observe("nodeWait", node.waitMs, attributes);
  for (const [outcome, count] of Object.entries(node.outcomes)) {
    if (count > 0) observe("nodeOutcomes", count, { ...attributes, "tenon.outcome": outcome });
  }
  for (const [slot, count] of Object.entries(node.softAbsent))
    observe("softAbsences", count, { ...attributes, "tenon.slot": slot });
  if (node.entered === 0) return;
  observe("entered", node.entered, attributes);
  observe("kept", node.kept, attributes);
  for (const [reason, count] of Object.entries(node.droppedFor))
    observe("dropped", count, { ...attributes, "tenon.reason": reason });
}

function observeQuantiles(
  instrument: keyof Instruments,
  latency: LatencySnapshot,
  attributes: MetricAttributes,
  observe: Observe,
): void {
  if (latency.count === 0) return;
  observe(instrument, latency.p50Ms, { ...attributes, quantile: "0.5" });
  observe(instrument, latency.p90Ms, { ...attributes, quantile: "0.9" });
  observe(instrument, latency.p99Ms, { ...attributes, quantile: "0.99" });
}
