/** What the handlers of one process have done, and what waits for all of them. */
import type { RunOutcome } from "../change/run-failures.ts";
import type { WorkStatus } from "../change/work-store.ts";
import type { SinkStatus } from "../sink/sink-outbox.ts";

/** Upper bounds of run times, ms: a derivation takes one to ten, one that asks a service as long as that. */
const BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000];

class Histogram {
  readonly buckets = BOUNDS_MS.map(() => 0);
  sumMs = 0;
  count = 0;

  add(ms: number): void {
    const bucket = BOUNDS_MS.findIndex((bound) => ms <= bound);
    if (bucket >= 0) (this.buckets[bucket] as number)++;
    this.sumMs += ms;
    this.count++;
  }
}

/** What is known besides at the moment of the text. */
export interface HandlerFacts {
  readonly isPumping: boolean;
  readonly isRelaying: boolean;
  /** Handlers with sinks wait because the outbox is full. */
  readonly isOutboxFull: boolean;
  /** Messages that the log has taken from this process, by topic. */
  readonly sent: ReadonlyMap<string, number>;
  readonly relayFailures: number;
}

export class HandlerMetrics {
  /** Runs by handler and outcome. */
  readonly counts: ReadonlyMap<string, Record<RunOutcome, number>>;
  /** As of the last look into the store. */
  work: readonly WorkStatus[] = [];
  outbox: readonly SinkStatus[] = [];
  readonly #runs: ReadonlyMap<string, Histogram>;

  constructor(handlers: readonly string[]) {
    this.counts = new Map(
      handlers.map((name) => [name, { done: 0, again: 0, failed: 0, parked: 0, unsettled: 0, lost: 0 }]),
    );
    this.#runs = new Map(handlers.map((name) => [name, new Histogram()]));
  }

  ran(handler: string, outcome: RunOutcome, ms: number): void {
    (this.counts.get(handler) as Record<RunOutcome, number>)[outcome]++;
    this.#runs.get(handler)?.add(ms);
  }

  /** Prometheus text (version 0.0.4). */
  text({ isPumping, isRelaying, isOutboxFull, sent, relayFailures }: HandlerFacts): string {
    const lines: string[] = [];
    const family = (name: string, type: string, help: string, samples: Iterable<string>) =>
      lines.push(`# HELP tenon_handler_${name} ${help}`, `# TYPE tenon_handler_${name} ${type}`, ...samples);
    const single = (name: string, help: string, value: number | boolean, type = "gauge") =>
      family(name, type, help, [sample(name, {}, Number(value))]);
    const runs = [...this.counts].flatMap(([handler, outcomes]) =>
      Object.entries(outcomes).map(([outcome, count]) => sample("runs_total", { handler, outcome }, count)),
    );
    family("runs_total", "counter", "runs by outcome", runs);
    const times = [...this.#runs].flatMap(([handler, histogram]) => histogramLines(handler, histogram));
    family("run_ms", "histogram", "duration of a run, its transactions included", times);
    const work = (name: string, help: string, of: (each: WorkStatus) => number) => {
      const samples = this.work.map((each) => sample(name, { handler: each.handler, lane: each.lane }, of(each)));
      family(name, "gauge", help, samples);
    };
    work("work_waiting", "items that wait or are worked on, of all processes", ({ waiting }) => waiting);
    work("work_oldest_ms", "age of the oldest item that waits", ({ oldestMs }) => Math.round(oldestMs));
    work("work_parked", "items that were put aside", ({ parked }) => parked);
    const outbox = (name: string, help: string, of: (each: SinkStatus) => number) =>
      family(
        name,
        "gauge",
        help,
        this.outbox.map((each) => sample(name, { topic: each.topic }, of(each))),
      );
    outbox("outbox_waiting", "messages committed and not yet in the log, of all processes", ({ waiting }) => waiting);
    outbox("outbox_oldest_ms", "age of the oldest message that waits", ({ oldestMs }) => Math.round(oldestMs));
    single("outbox_full", "whether handlers with sinks wait for room in the outbox", isOutboxFull);
    const taken = [...sent].map(([topic, count]) => sample("messages_sent_total", { topic }, count));
    family("messages_sent_total", "counter", "messages that the log took from this process", taken);
    single("relay_failures_total", "appends that the log did not take", relayFailures, "counter");
    single("is_pumping", "whether this process turns the feed into work", isPumping);
    single("is_relaying", "whether this process sends messages", isRelaying);
    return `${lines.join("\n")}\n`;
  }
}

function histogramLines(handler: string, { buckets, sumMs, count }: Histogram): readonly string[] {
  let below = 0;
  const lines = buckets.map((own, index) => {
    below += own;
    return sample("run_ms_bucket", { handler, le: String(BOUNDS_MS[index]) }, below);
  });
  return [
    ...lines,
    sample("run_ms_bucket", { handler, le: "+Inf" }, count),
    sample("run_ms_sum", { handler }, sumMs),
    sample("run_ms_count", { handler }, count),
  ];
}

function sample(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const text = Object.entries(labels).map(([label, each]) => `${label}="${each}"`);
  return `tenon_handler_${name}${text.length === 0 ? "" : `{${text.join(",")}}`} ${value}`;
}
