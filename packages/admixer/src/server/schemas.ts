/** Wire contracts of the routes beside `POST /v1/ads`. */
import { TimestampMsSchema } from "@tenon/ads-model";
import { z } from "zod";
import { KNOBS } from "../dev-run/serving-knobs.ts";

export const ProblemSchema = z
  .strictObject({
    type: z.string().describe("page about the code"),
    title: z.string(),
    status: z.int(),
    code: z.string().describe("TENON1xxx"),
    requestId: z.string(),
    detail: z.string().optional().describe("expected against found"),
    hint: z.string().optional().describe("what to do"),
    node: z.string().optional(),
    owner: z.string().optional(),
  })
  .describe("RFC 9457 problem details");

/** Events of one call. */
export const EVENTS_MAX = 1_000;

export const EventsSchema = z.strictObject({
  events: z
    .array(
      z.strictObject({
        eventId: z.string().min(1).max(64).describe("the same when an event is sent again"),
        kind: z.enum(["impression", "click"]),
        insertionId: z.string().min(1).max(128).describe("<request id>.<ad id>"),
        atMs: TimestampMsSchema.optional().describe("when it happened; now when absent"),
      }),
    )
    .max(EVENTS_MAX),
});

export const EventReportSchema = z.strictObject({
  counted: z.int(),
  repeated: z.int(),
  unknown: z.int().describe("of insertions this host does not know or has forgotten"),
});

export const SwitchSchema = z.strictObject({
  on: z.boolean().describe("false switches the node off: its failure policy applies"),
});
/** Edits of one call; each is a run of what lies behind it. */
const EDITS_MAX = 20;
const WHAT_IF_ADS_MAX = 50;
const slot = z.string().min(1).max(128).describe("name of a slot of the graph");
const anAd = z.int().min(1);

export const WhatIfSchema = z.strictObject({
  edits: z
    .array(
      z.discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("slot"), slot, value: z.json() }),
        z.strictObject({ kind: z.literal("field"), slot, path: z.string().min(1).max(256), value: z.json() }),
        z.strictObject({
          kind: z.literal("ad"),
          slot,
          adId: anAd,
          column: z.string().min(1).max(128).optional(),
          value: z.union([z.number(), z.string().max(256)]),
        }),
      ]),
    )
    .max(EDITS_MAX),
  adIds: z.array(anAd).max(WHAT_IF_ADS_MAX).optional().describe("ads whose verdicts are wanted, before and after"),
  flip: z
    .strictObject({ adId: anAd, knob: z.enum(KNOBS) })
    .optional()
    .describe("looks for the smallest change of this number that turns the ad's verdict"),
});

export const ServingSchema = z.strictObject({
  serving: z
    .enum(["live", "baseOnly"])
    .describe("baseOnly hides the deltas after the base; they are taken in all the same"),
});
export const AdParams = z.strictObject({ adId: z.coerce.number().int().min(1) });
export const NodeParams = z.strictObject({ node: z.string().min(1).max(128) });
export const TraceParams = z.strictObject({ id: z.string().min(1).max(64) });
export const ExplainParams = z.strictObject({
  requestId: z.string().min(1).max(64),
  adId: z.coerce.number().int().min(1),
});
