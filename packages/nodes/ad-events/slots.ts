/** From what a producer sent to what is counted. */
import { SurfaceSchema } from "@tenon/ads-model";
import { slot } from "@tenon/graph-core";
import { messagesOf } from "@tenon/stream-runtime/api";
import { z } from "zod";
import { AdEventSchema, UniqueAdEvents } from "./topics.ts";

/** Event ids kept per key. A user who makes more within the horizon is a robot. */
export const SEEN_MAX = 256;

const SeenSchema = z.strictObject({
  /** Oldest first. */
  seen: z.array(z.strictObject({ eventId: z.string(), atMs: z.int() })).max(SEEN_MAX),
});

export const AdEvent = slot("adEvent", AdEventSchema, {
  owner: "ads-measurement",
  purposeOf: "an ad event as its producer sent it",
});

export const SeenEvents = slot("seenEvents", z.nullable(SeenSchema), {
  owner: "ads-measurement",
  purposeOf: "ids of the key's recent events; null before the first",
});

export const NextSeenEvents = slot("nextSeenEvents", SeenSchema, {
  owner: "ads-measurement",
  purposeOf: "ids of the key's recent events, this one included",
  leaves: "outside",
});

export const UniqueEventMessages = slot("uniqueEventMessages", messagesOf(UniqueAdEvents), {
  owner: "ads-measurement",
  purposeOf: "the event, once, for its ad's partition",
  leaves: "outside",
});

export const CountedEvent = slot(
  "countedEvent",
  z.strictObject({
    impressions: z.int().min(0).max(1),
    clicks: z.int().min(0).max(1),
    /** Never negative: corrections are events of their own. */
    spendMicros: z.int().min(0),
    surface: SurfaceSchema,
  }),
  { owner: "ads-measurement", purposeOf: "what one event adds to its ad's window", leaves: "outside" },
);
