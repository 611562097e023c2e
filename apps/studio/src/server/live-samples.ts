/** Rates and lags of a running host, sampled for the live view. Nobody looking costs one sample a second. */
import type { AdMixer } from "@tenon/admixer";
import { FRESHNESS_TARGET_MS } from "../data/freshness-target.ts";
import { LIVE_FORMAT, type LiveDocument, type LiveSample } from "../data/live-document.ts";

/** Between two samples, ms, and how many are kept: the last four minutes. */
const SAMPLE_MS = 2_000;
const SAMPLES_MAX = 120;

/** What waits in the pipeline, as the indexer tells it. */
export interface PipelineState {
  readonly stages: LiveDocument["stages"];
  readonly lanes: LiveDocument["lanes"];
  readonly parked: number;
  readonly lag: LiveDocument["lag"];
}

export function liveSampler(host: AdMixer, pipeline?: () => Promise<PipelineState>) {
  const samples: LiveSample[] = [];
  let before: { atMs: number; requests: number; failures: number } | undefined;
  let state: PipelineState | undefined;
  const take = async () => {
    const { request, failures } = host.histograms.snapshot();
    const now = { atMs: Date.now(), requests: request.count, failures: sum(Object.values(failures)) };
    state = await pipeline?.().catch(() => state);
    const seconds = before === undefined ? 0 : Math.max(0.001, (now.atMs - before.atMs) / 1_000);
    const rate = (count: number) => (seconds === 0 ? 0 : count / seconds);
    samples.push({
      atMs: now.atMs,
      requestsPerSecond: rate(now.requests - (before?.requests ?? 0)),
      p99Ms: request.p99Ms,
      failuresPerSecond: rate(now.failures - (before?.failures ?? 0)),
      loopLagMs: host.loopLagMs,
      backlog: state === undefined ? null : sum(state.stages.map(({ waiting }) => waiting)),
    });
    if (samples.length > SAMPLES_MAX) samples.shift();
    before = now;
  };
  let taking: Promise<void> = Promise.resolve();
  // One at a time: a slow pipeline is asked less often, not more at once.
  let busy = false;
  const tick = () => {
    if (busy) return;
    busy = true;
    taking = take().finally(() => {
      busy = false;
    });
  };
  const timer = setInterval(tick, SAMPLE_MS);
  timer.unref();
  return {
    stop: () => clearInterval(timer),
    document: async (): Promise<LiveDocument> => {
      if (samples.length === 0) tick();
      await taking;
      const status = host.feed?.status();
      return {
        format: LIVE_FORMAT,
        atMs: Date.now(),
        state: status?.state ?? (host.ready ? "ready" : "starting"),
        ads: host.marketplace.index.current().version.documentCount,
        samples: [...samples],
        freshness: Object.entries(status?.freshness ?? {}).map(([name, { p50Ms, p99Ms }]) => ({
          ...{ class: name, p50Ms, p99Ms },
          targetMs: FRESHNESS_TARGET_MS[name] ?? null,
        })),
        stages: state?.stages ?? [],
        lanes: state?.lanes ?? [],
        parked: state?.parked ?? 0,
        lag: state?.lag ?? [],
        versions: host.versions(),
      };
    },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
