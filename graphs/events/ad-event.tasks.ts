/** Ad events as tasks: which graph over which topic, by which key, and where what comes out goes. */
import {
  AD_COUNTS,
  AdCountResults,
  AdEvent,
  AdEvents,
  CountedEvent,
  LateAdEvents,
  NextSeenEvents,
  SeenEvents,
  UniqueAdEvents,
} from "@tenon/nodes";
import { task, tumbling } from "@tenon/stream-runtime";
import { countAdEvents } from "./count-ad-events.graph.ts";
import { uniqueAdEvents } from "./unique-ad-events.graph.ts";

export const dedupeAdEvents = task({
  name: "dedupe-ad-events",
  owner: "ads-measurement",
  purpose: "every ad event once, by ad",
  source: AdEvents,
  lane: "medium",
  graph: uniqueAdEvents,
  event: AdEvent,
  state: { read: SeenEvents, write: NextSeenEvents },
  sinks: { uniqueEventMessages: UniqueAdEvents },
});

export const adCounts = task({
  name: "ad-counts",
  owner: "ads-measurement",
  purpose: "events and spend per ad, by minute and by hour",
  source: UniqueAdEvents,
  lane: "high",
  graph: countAdEvents,
  event: AdEvent,
  window: tumbling({
    sizesMs: [60_000, 3_600_000],
    of: CountedEvent,
    aggregates: AD_COUNTS,
    results: AdCountResults,
    late: LateAdEvents,
  }),
});
