import { node } from "@tenon/graph-core";
import { SEEN_MAX } from "../slots.ts";
import { dropDuplicateEventsContract } from "./drop-duplicate-events.contract.ts";

/** A producer that repeats an event later than this has lost its own memory of it. */
const HORIZON_MS = 3_600_000;

export const dropDuplicateEvents = node({
  ...dropDuplicateEventsContract,
  run: ({ adEvent, seenEvents }, { clock: { nowMs } }) => {
    const { eventId } = adEvent;
    const before = seenEvents?.seen ?? [];
    if (before.some((each) => each.eventId === eventId)) {
      return { nextSeenEvents: { seen: before }, uniqueEventMessages: [] };
    }
    const recent = before.filter(({ atMs }) => atMs > nowMs - HORIZON_MS).slice(1 - SEEN_MAX);
    return {
      nextSeenEvents: { seen: [...recent, { eventId, atMs: nowMs }] },
      uniqueEventMessages: [{ key: String(adEvent.adId), timeMs: nowMs, value: adEvent }],
    };
  },
});
