/** What a host that is fed by the pipeline counts of it; a host that generates its ads has none of these. */
import { FRESHNESS_CLASSES } from "../index-feed/freshness.ts";
import type { IndexFeed } from "../index-feed/index-feed.ts";
import { type Metric, one, type Sample } from "./metric.ts";

function ofFeed(samples: (feed: IndexFeed) => readonly Sample[]): Metric["samples"] {
  return ({ feed }) => (feed === undefined ? [] : samples(feed));
}

const percentiles = ofFeed((feed) =>
  FRESHNESS_CLASSES.flatMap((name) => {
    const { p50Ms, p99Ms } = feed.freshness[name].report();
    return (
      [
        ["0.5", p50Ms],
        ["0.99", p99Ms],
      ] as const
    ).flatMap(([quantile, value]) => (value === null ? [] : [{ labels: { class: name, quantile }, value }]));
  }),
);

export const FEED_METRICS: readonly Metric[] = [
  {
    name: "tenon_admixer_index_freshness_ms",
    type: "gauge",
    help: "From a change in its source to requests seeing it, over five minutes; control by the short cut, content as documents.",
    samples: percentiles,
  },
  {
    name: "tenon_admixer_index_staleness_ms",
    type: "gauge",
    help: "Age of the newest source change applied; it grows while nothing changes, so look at the lag beside it.",
    samples: ofFeed((feed) =>
      FRESHNESS_CLASSES.flatMap((name) => {
        const { stalenessMs } = feed.freshness[name].report();
        return stalenessMs === null ? [] : [{ labels: { class: name }, value: stalenessMs }];
      }),
    ),
  },
  {
    name: "tenon_admixer_index_lag_records",
    type: "gauge",
    help: "Records of the log that are not applied yet, as of the last look at its end.",
    samples: ofFeed(({ deltas, control }) => [
      { labels: { topic: "index-deltas" }, value: deltas.follower.lagRecords },
      { labels: { topic: "serving-control" }, value: control.follower.lagRecords },
    ]),
  },
  {
    name: "tenon_admixer_index_blocked",
    type: "gauge",
    help: "1 while a topic cannot be followed, or the published base cannot be served.",
    samples: ofFeed(({ deltas, control, bases }) => [
      { labels: { part: "index-deltas" }, value: deltas.follower.problem === undefined ? 0 : 1 },
      { labels: { part: "serving-control" }, value: control.follower.problem === undefined ? 0 : 1 },
      { labels: { part: "base" }, value: bases.problem === undefined ? 0 : 1 },
    ]),
  },
  {
    name: "tenon_admixer_index_base_age_ms",
    type: "gauge",
    help: "Since the served base was built.",
    samples: ofFeed((feed) => {
      const { base } = feed.status();
      return base === null ? [] : one(base.ageMs);
    }),
  },
  {
    name: "tenon_admixer_index_ads",
    type: "gauge",
    help: "Ads held, eligible or not.",
    samples: ofFeed(({ index }) => one(index.current().version.documentCount)),
  },
  {
    name: "tenon_admixer_index_changed_ads",
    type: "gauge",
    help: "Ads changed since the base.",
    samples: ofFeed(({ index }) => one(index.status().changedAds)),
  },
  {
    name: "tenon_admixer_index_coverage",
    type: "gauge",
    help: "Share of the ads this host was told of that it serves as told.",
    samples: ofFeed(({ coverage }) => one(coverage)),
  },
  {
    name: "tenon_admixer_index_base_only",
    type: "gauge",
    help: "1 while requests see the base without the deltas after it.",
    samples: ofFeed(({ index }) => one(index.status().serving === "baseOnly" ? 1 : 0)),
  },
  {
    name: "tenon_admixer_index_records_total",
    type: "counter",
    help: "Records of the feeds, by what became of them.",
    samples: ofFeed(({ deltas, control }) =>
      [["index-deltas", deltas.totals] as const, ["serving-control", control.totals] as const].flatMap(
        ([topic, totals]) => Object.entries(totals).map(([outcome, value]) => ({ labels: { topic, outcome }, value })),
      ),
    ),
  },
  {
    name: "tenon_admixer_index_blocked_campaigns",
    type: "gauge",
    help: "Campaigns that a control message has paused.",
    samples: ofFeed(({ control }) => one(control.blockedCount)),
  },
];
