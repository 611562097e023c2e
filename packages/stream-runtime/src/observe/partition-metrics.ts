/** What one partition of a task has done since its claim, and how it stands. Counts only grow; the rest are gauges. */
import type { SkipReason } from "../worker/record-reading.ts";

export class PartitionMetrics {
  readonly task: string;
  readonly partition: number;
  readonly lane: string;
  events = 0;
  batches = 0;
  commits = 0;
  fenced = 0;
  restarts = 0;
  late = 0;
  parked = 0;
  deadLetters = 0;
  readonly skipped: Record<SkipReason, number> = { before: 0, duplicate: 0, stale: 0 };
  messages = 0;
  /** Gauges. */
  next = 0;
  end = 0;
  oldestWaitingMs = 0;
  watermarkMs = Number.NEGATIVE_INFINITY;
  outboxPending = 0;
  batchRecords = 0;
  commitMs = 0;
  state: "claiming" | "running" | "paused" | "halted" | "stopped" = "claiming";
  haltedBy: string | undefined = undefined;

  constructor(task: string, partition: number, lane: string) {
    this.task = task;
    this.partition = partition;
    this.lane = lane;
  }

  /** Records that wait, by offset. Transaction markers of a broker count as records here: see also `oldestWaitingMs`. */
  get lag(): number {
    return Math.max(0, this.end - this.next);
  }
}

const COUNTERS = {
  events: "records processed",
  batches: "batches built",
  commits: "batches committed",
  fenced: "commits refused because another owner had the partition",
  restarts: "times the partition was claimed again after a failure",
  late: "events that came after the grace of their window",
  parked: "records put aside with their reason",
  deadLetters: "records sent to the dead-letter topic",
  messages: "messages committed to the outbox",
} as const;

const GAUGES = {
  lag: "records between the stored offset and the end of the log",
  oldestWaitingMs: "age of the oldest record that waits, by the log's clock",
  outboxPending: "messages committed and not yet in the log",
  batchRecords: "records of the last batch",
  commitMs: "duration of the last commit",
} as const;

/** Prometheus text (version 0.0.4) of all partitions. */
export function streamMetricsText(all: readonly PartitionMetrics[], nowMs: number): string {
  const lines: string[] = [];
  const family = (name: string, help: string, type: "counter" | "gauge", of: (each: PartitionMetrics) => number) => {
    lines.push(`# HELP tenon_stream_${name} ${help}`, `# TYPE tenon_stream_${name} ${type}`);
    for (const each of all) lines.push(`tenon_stream_${name}{${labelsOf(each)}} ${of(each)}`);
  };
  for (const [name, help] of Object.entries(COUNTERS)) {
    family(`${snake(name)}_total`, help, "counter", (each) => each[name as keyof typeof COUNTERS]);
  }
  for (const [name, help] of Object.entries(GAUGES)) {
    family(snake(name), help, "gauge", (each) => each[name as keyof typeof GAUGES]);
  }
  family(
    "watermark_delay_ms",
    "how far the watermark is behind the clock; absent before the first event",
    "gauge",
    (each) => (Number.isFinite(each.watermarkMs) ? nowMs - each.watermarkMs : Number.NaN),
  );
  lines.push(
    "# HELP tenon_stream_dropped_total records passed over, by reason",
    "# TYPE tenon_stream_dropped_total counter",
  );
  for (const each of all) {
    for (const [reason, count] of Object.entries(each.skipped)) {
      lines.push(`tenon_stream_dropped_total{${labelsOf(each)},reason="${reason}"} ${count}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function labelsOf({ task, partition, lane }: PartitionMetrics): string {
  return `task="${task}",partition="${partition}",lane="${lane}"`;
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
