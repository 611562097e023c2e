import { AdEvent, NextSeenEvents, SeenEvents, UniqueEventMessages } from "../slots.ts";

export const dropDuplicateEventsContract = {
  owner: "ads-measurement",
  purpose: "lets an event through once, however often its producer sends it within the horizon",
  reads: [AdEvent, SeenEvents],
  writes: [NextSeenEvents, UniqueEventMessages],
} as const;
