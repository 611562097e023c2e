import type { GraphSnapshot, LatencySnapshot, NodeSnapshot } from "./node-histograms.ts";

type Labels = Readonly<Record<string, string>>;

interface Sample {
  /** `_bucket`, `_sum`, `_count` or nothing. */
  readonly suffix?: string;
  readonly labels: Labels;
  readonly value: number;
}

interface Metric {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly samples: (graph: GraphSnapshot) => readonly Sample[];
}

/** In the order in which they are written. Durations are milliseconds, as everywhere in Tenon. */
const METRICS: readonly Metric[] = [
  {
    name: "tenon_request_latency_ms",
    type: "histogram",
    help: "Time from the start of a request to its answer or failure.",
    samples: ({ graph, request }) => latencySamples({ graph }, request),
  },
  {
    name: "tenon_request_failures_total",
    type: "counter",
    help: "Requests that failed, by error code.",
    samples: ({ graph, failures }) => named(failures, (code) => ({ graph, code })),
  },
  {
    name: "tenon_checked_requests_total",
    type: "counter",
    help: "Requests that ran checked; node metrics are over these.",
    samples: ({ graph, host }) => (host === undefined ? [] : [{ labels: { graph }, value: host.checkedRequests }]),
  },
  {
    name: "tenon_late_results_total",
    type: "counter",
    help: "Node results that came after their run had ended and were dropped.",
    samples: ({ graph, host }) => (host === undefined ? [] : [{ labels: { graph }, value: host.lateResults }]),
  },
  {
    name: "tenon_late_results_running",
    type: "gauge",
    help: "Node calls still running although their run has ended.",
    samples: ({ graph, host }) => (host === undefined ? [] : [{ labels: { graph }, value: host.stillRunning }]),
  },
  {
    name: "tenon_shadow_comparisons_total",
    type: "counter",
    help: "Runs of shadow nodes, by result.",
    samples: ({ graph, host }) =>
      host === undefined
        ? []
        : [
            { labels: { graph, result: "agrees" }, value: host.shadowAgreements },
            { labels: { graph, result: "differs" }, value: host.shadowDifferences },
            { labels: { graph, result: "failed" }, value: host.shadowFailures },
          ],
  },
  {
    name: "tenon_funnel_conservation_errors_total",
    type: "counter",
    help: "Checked requests in which candidates appeared, vanished or were counted twice; must stay 0.",
    samples: ({ graph, conservationErrors }) => [{ labels: { graph }, value: conservationErrors }],
  },
  {
    name: "tenon_node_latency_ms",
    type: "histogram",
    help: "Time from start to end of a node.",
    samples: (graph) => perNode(graph, (node, labels) => latencySamples(labels, node.latency)),
  },
  {
    name: "tenon_node_wait_ms_total",
    type: "counter",
    help: "Time between a node being ready and being started, summed.",
    samples: (graph) => perNode(graph, (node, labels) => [{ labels, value: node.waitMs }]),
  },
  {
    name: "tenon_node_retries_total",
    type: "counter",
    help: "Attempts after the first.",
    samples: (graph) => perNode(graph, (node, labels) => [{ labels, value: node.retries }]),
  },
  {
    name: "tenon_node_outcomes_total",
    type: "counter",
    help: "What became of a node: ok, fallback, omitted, skipped, failed, timeout, switchedOff, late, unfinished, notRun.",
    samples: (graph) => perNode(graph, (node, labels) => named(node.outcomes, (outcome) => ({ ...labels, outcome }))),
  },
  {
    name: "tenon_node_soft_absences_total",
    type: "counter",
    help: "Runs of a node that had to do without a soft slot.",
    samples: (graph) => perNode(graph, (node, labels) => named(node.softAbsent, (slot) => ({ ...labels, slot }))),
  },
  {
    name: "tenon_funnel_entered_total",
    type: "counter",
    help: "Candidates that entered a filter.",
    samples: (graph) => perStage(graph, (node, labels) => [{ labels, value: node.entered }]),
  },
  {
    name: "tenon_funnel_kept_total",
    type: "counter",
    help: "Candidates that a filter kept.",
    samples: (graph) => perStage(graph, (node, labels) => [{ labels, value: node.kept }]),
  },
  {
    name: "tenon_funnel_dropped_total",
    type: "counter",
    help: "Candidates that a filter dropped, by reason.",
    samples: (graph) => perStage(graph, (node, labels) => named(node.droppedFor, (reason) => ({ ...labels, reason }))),
  },
];

/**
 * Totals in the Prometheus text exposition format 0.0.4 (`text/plain; version=0.0.4`). Several graphs of one process go
 * into one text, because each metric is declared once. Histogram buckets are cumulative, bounds in milliseconds.
 */
export function toPrometheus(graphs: readonly GraphSnapshot[]): string {
  const lines: string[] = [];
  for (const { name, type, help, samples } of METRICS) {
    const all = graphs.flatMap(samples);
    if (all.length === 0) continue;
    lines.push(`# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`, `# TYPE ${name} ${type}`);
    for (const { suffix = "", labels, value } of all)
      lines.push(`${name}${suffix}${labelText(labels)} ${numberText(value)}`);
  }
  return `${lines.join("\n")}\n`;
}

function latencySamples(labels: Labels, latency: LatencySnapshot): readonly Sample[] {
  return [
    ...latency.atMost.map(({ boundMs, count }) => ({
      suffix: "_bucket",
      labels: { ...labels, le: String(boundMs) },
      value: count,
    })),
    { suffix: "_bucket", labels: { ...labels, le: "+Inf" }, value: latency.count },
    { suffix: "_sum", labels, value: latency.sumMs },
    { suffix: "_count", labels, value: latency.count },
  ];
}

function perNode(
  graph: GraphSnapshot,
  samples: (node: NodeSnapshot, labels: Labels) => readonly Sample[],
): readonly Sample[] {
  return graph.nodes.flatMap((node) => samples(node, { graph: graph.graph, node: node.name, owner: node.owner }));
}

/** Filters that have judged anything. */
function perStage(
  graph: GraphSnapshot,
  samples: (node: NodeSnapshot, labels: Labels) => readonly Sample[],
): readonly Sample[] {
  return perNode(graph, (node, { node: stage = "", ...labels }) =>
    node.entered === 0 ? [] : samples(node, { ...labels, stage }),
  );
}

function named(counts: Readonly<Record<string, number>>, labelsOf: (name: string) => Labels): readonly Sample[] {
  return Object.entries(counts).map(([name, value]) => ({ labels: labelsOf(name), value }));
}

function labelText(labels: Labels): string {
  const written = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return written.length === 0 ? "" : `{${written.join(",")}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return String(value);
}
