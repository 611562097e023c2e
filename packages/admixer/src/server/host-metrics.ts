/** What the host counts beside its graph, in the Prometheus text format 0.0.4. */
import { metricsTextOf } from "@tenon/http-host";
import type { AdMixer } from "../host/ad-mixer.ts";
import { FEED_METRICS } from "./feed-metrics.ts";
import { type Metric, one, type Sample } from "./metric.ts";

const METRICS: readonly Metric[] = [
  {
    name: "tenon_admixer_ready",
    type: "gauge",
    help: "1 once requests are admitted.",
    samples: ({ ready }) => one(ready ? 1 : 0),
  },
  {
    name: "tenon_admixer_in_flight",
    type: "gauge",
    help: "Requests that run.",
    samples: ({ admission }) => one(admission.running),
  },
  {
    name: "tenon_admixer_waiting",
    type: "gauge",
    help: "Requests that wait for their turn.",
    samples: ({ admission }) => one(admission.waiting),
  },
  {
    name: "tenon_admixer_requests_total",
    type: "counter",
    help: "Requests that ran.",
    samples: ({ executor }) => one(executor.counts.requests),
  },
  {
    name: "tenon_admixer_failed_requests_total",
    type: "counter",
    help: "Requests that ran and failed.",
    samples: ({ executor }) => one(executor.counts.failedRequests),
  },
  {
    name: "tenon_admixer_expired_requests_total",
    type: "counter",
    help: "Requests that passed their deadline.",
    samples: ({ executor }) => one(executor.counts.expiredRequests),
  },
  {
    name: "tenon_admixer_refused_total",
    type: "counter",
    help: "Requests refused with 503, by reason.",
    samples: ({ totals }) => [
      { labels: { reason: "busy" }, value: totals.refusedBusy },
      { labels: { reason: "logBehind" }, value: totals.refusedLogBehind },
      { labels: { reason: "notReady" }, value: totals.refusedNotReady },
    ],
  },
  {
    name: "tenon_admixer_wrong_bodies_total",
    type: "counter",
    help: "Requests refused with 400.",
    samples: ({ totals }) => one(totals.wrongBodies),
  },
  {
    name: "tenon_admixer_quality",
    type: "gauge",
    help: "Load-shedding quality of requests that begin now, at most 1.",
    samples: ({ quality }) => one(quality.quality),
  },
  {
    name: "tenon_admixer_loop_lag_ms",
    type: "gauge",
    help: "How long arriving work waits for the thread, running mean.",
    samples: ({ loopLagMs }) => one(loopLagMs),
  },
  {
    name: "tenon_admixer_node_degraded_total",
    type: "counter",
    help: "How often a node's failure policy was applied, over every request.",
    samples: ({ executor }) =>
      (["failed", "timeout", "switchedOff"] as const).flatMap((by) =>
        executor.plan.nodes.flatMap(({ index, wired }) => {
          const value = executor.degraded[by][index] ?? 0;
          return value === 0 ? [] : [{ labels: { node: wired.name, owner: wired.definition.owner, by }, value }];
        }),
      ),
  },
  {
    name: "tenon_admixer_switched_off",
    type: "gauge",
    help: "1 for a node that is switched off.",
    samples: ({ executor }) =>
      executor.plan.nodes.flatMap(({ index, wired }) =>
        executor.switches[index] === 1 ? [{ labels: { node: wired.name }, value: 1 }] : [],
      ),
  },
  {
    name: "tenon_admixer_dropped_total",
    type: "counter",
    help: "Candidates dropped, by node and reason, over every request.",
    samples: ({ drops }) => drops.totals().map(({ count, ...labels }) => ({ labels, value: count })),
  },
  {
    name: "tenon_admixer_insertions_total",
    type: "counter",
    help: "Ads put into responses.",
    samples: ({ totals }) => one(totals.insertions),
  },
  {
    name: "tenon_admixer_charged_micros_total",
    type: "counter",
    help: "Charged by reported events, micros.",
    samples: ({ events }) => one(events.chargedMicros),
  },
  {
    name: "tenon_admixer_feature_log_records_total",
    type: "counter",
    help: "Feature log records, written or left out by featureLogShare.",
    samples: ({ log }) => [
      { labels: { outcome: "written" }, value: log.written },
      { labels: { outcome: "notSampled" }, value: log.skipped },
    ],
  },
  {
    name: "tenon_admixer_recorder_runs_total",
    type: "counter",
    help: "Runs offered to the recorder, and what became of them.",
    samples: ({ runs: { recorder } }) =>
      Object.entries(recorder?.counts ?? {}).map(([outcome, value]) => ({ labels: { outcome }, value })),
  },
  {
    name: "tenon_admixer_log_digest_mismatches_total",
    type: "counter",
    help: "Requests whose logged snapshot is not the scored one; must stay 0.",
    samples: ({ log }) => one(log.digestMismatches),
  },
  {
    name: "tenon_admixer_log_records_total",
    type: "counter",
    help: "Records of the log, by state.",
    samples: ({ sink }) =>
      sink === undefined
        ? []
        : [
            { labels: { state: "appended" }, value: sink.counts.appendedRecords },
            { labels: { state: "acknowledged" }, value: sink.counts.acknowledgedRecords },
            { labels: { state: "lost" }, value: sink.counts.lostRecords },
          ],
  },
  {
    name: "tenon_admixer_log_buffered_bytes",
    type: "gauge",
    help: "Log bytes that wait to be written.",
    samples: ({ sink }) => (sink === undefined ? [] : one(sink.counts.bufferedBytes)),
  },
  {
    name: "tenon_admixer_log_written_bytes_total",
    type: "counter",
    help: "Log bytes written.",
    samples: ({ sink }) => (sink === undefined ? [] : one(sink.counts.writtenBytes)),
  },
  {
    name: "tenon_admixer_log_write_failures_total",
    type: "counter",
    help: "Log writes that failed and were tried again.",
    samples: ({ sink }) => (sink === undefined ? [] : one(sink.counts.writeFailures)),
  },
  {
    name: "tenon_admixer_log_torn_bytes",
    type: "gauge",
    help: "Bytes of an unfinished record that were cut off when the log was opened.",
    samples: ({ sink }) => (sink === undefined ? [] : one(sink.counts.tornBytes)),
  },
  {
    name: "tenon_admixer_log_deleted_segments_total",
    type: "counter",
    help: "Closed log segments deleted to stay within logKeepBytesMax.",
    samples: ({ sink }) => (sink === undefined ? [] : one(sink.counts.deletedSegments)),
  },
  ...FEED_METRICS,
  {
    name: "tenon_admixer_arm_requests_total",
    type: "counter",
    help: "Requests per variant.",
    samples: (host) => perVariant(host, ({ requests }) => requests),
  },
  {
    name: "tenon_admixer_arm_ads_shown_total",
    type: "counter",
    help: "Ads shown per variant.",
    samples: (host) => perVariant(host, ({ adsShown }) => adsShown),
  },
  {
    name: "tenon_admixer_arm_clicks_expected_total",
    type: "counter",
    help: "Clicks expected per variant: sum of the calibrated probabilities.",
    samples: (host) => perVariant(host, ({ clicksExpected }) => clicksExpected),
  },
  {
    name: "tenon_admixer_arm_revenue_expected_micros_total",
    type: "counter",
    help: "Revenue expected per variant, micros.",
    samples: (host) => perVariant(host, ({ revenueExpectedMicros }) => revenueExpectedMicros),
  },
  {
    name: "tenon_admixer_sample_ratio_chance",
    type: "gauge",
    help: "How likely a split as uneven as this is by chance; below 0.0005 the experiment is broken.",
    samples: ({ arms }) => arms.report().map(({ experiment, chance }) => ({ labels: { experiment }, value: chance })),
  },
];

type Variants = ReturnType<AdMixer["arms"]["report"]>[number]["variants"];

function perVariant({ arms }: AdMixer, value: (variant: Variants[number]) => number): readonly Sample[] {
  return arms
    .report()
    .flatMap(({ experiment, variants }) =>
      variants.map((each) => ({ labels: { experiment, variant: each.variant }, value: value(each) })),
    );
}

export function hostMetrics(host: AdMixer): string {
  return metricsTextOf(METRICS.map((metric) => ({ ...metric, samples: metric.samples(host) })));
}
