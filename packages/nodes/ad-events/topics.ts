/** The streams of ad events, and who mends them. */
import { AdIdSchema, CampaignIdSchema, MicrosSchema, SurfaceSchema } from "@tenon/ads-model";
import { topic } from "@tenon/event-log/api";
import { count, LateEvent, sum, topN, windowResult } from "@tenon/stream-runtime/api";
import { z } from "zod";

const WEEK_MS = 7 * 24 * 3_600_000;
/** Readers at once, in all processes together. */
const PARTITIONS = 4;

const facts = { owner: "ads-measurement", partitions: PARTITIONS, class: "event", retentionMs: WEEK_MS } as const;

export const AdEventSchema = z.strictObject({
  /** Given by the producer, the same when it sends again. */
  eventId: z.string().min(1).max(128),
  adId: AdIdSchema,
  campaignId: CampaignIdSchema,
  action: z.enum(["insertion", "impression", "click"]),
  surface: SurfaceSchema,
  /** Due because of this event; 0 where it is not the one that is charged. */
  chargedMicros: MicrosSchema,
});

/** Keyed by the user's pseudonym: repeats of one producer meet in one partition. */
export const AdEvents = topic("ad-events", AdEventSchema, {
  ...facts,
  purpose: "what users did with ads, as producers send it: with repeats, in no order",
  unreadable: "deadLetter",
});

/** Keyed by ad. */
export const UniqueAdEvents = topic("unique-ad-events", AdEventSchema, {
  ...facts,
  purpose: "every ad event once",
  unreadable: "deadLetter",
});

export const AD_COUNTS = {
  events: count(),
  impressions: sum("impressions"),
  clicks: sum("clicks"),
  spendMicros: sum("spendMicros"),
  topSurfaces: topN("surface", { by: "spendMicros", n: 3 }),
} as const;

/** Keyed by ad: one result per ad and minute, and per ad and hour. */
export const AdCountResults = topic("ad-counts", windowResult(AD_COUNTS), {
  ...facts,
  purpose: "events and spend per ad and window, for budgets and reports",
  unreadable: "halt",
});

export const LateAdEvents = topic("late-ad-events", LateEvent, {
  ...facts,
  purpose: "ad events that came after their window's grace: corrections of spend",
  unreadable: "halt",
});
