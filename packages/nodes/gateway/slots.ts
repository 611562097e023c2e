/** From what upstreams tell to the updater's format. */
import { slot } from "@tenon/graph-core";
import { messagesOf } from "@tenon/stream-runtime/api";
import { z } from "zod";
import { JsonSchema } from "../indexing/json.ts";
import { ContentSignalSchema } from "../indexing/signals.ts";
import {
  DroppedUpdates,
  EntityUpdateSchema,
  EntityUpdatesHigh,
  EntityUpdatesLow,
  EntityUpdatesMedium,
  ServingControl,
  SourceChangeSchema,
} from "../indexing/topics.ts";

const owner = "ads-data" as const;
const leaves = "outside" as const;

export const SourceChange = slot("sourceChange", SourceChangeSchema, {
  owner,
  purposeOf: "that a row of the ads database changed",
});

export const SourceRow = slot(
  "sourceRow",
  z.strictObject({
    change: SourceChangeSchema,
    /** Even for a row, odd for one that is gone. */
    version: z.int().min(1),
    /** Key included; null when the row is gone. */
    columns: z.record(z.string(), JsonSchema).nullable(),
    sourceAtMs: z.int().min(0),
  }),
  { owner, purposeOf: "the changed row as it is now" },
);

export const ContentSignal = slot("contentSignal", ContentSignalSchema, {
  owner,
  purposeOf: "what another system found out",
});

export const NormalisedUpdate = slot("normalisedUpdate", EntityUpdateSchema, {
  owner,
  purposeOf: "the change as the group of columns it is to the repository",
});

export const KeptUpdate = slot("keptUpdate", EntityUpdateSchema.nullable(), {
  owner,
  purposeOf: "the update, unless it was dropped on command",
});

export const DroppedMessages = slot("droppedMessages", messagesOf(DroppedUpdates), {
  ...{ owner, leaves },
  purposeOf: "the update, if it was dropped on command",
});

export const HighUpdateMessages = slot("highUpdateMessages", messagesOf(EntityUpdatesHigh), { owner, leaves });
export const MediumUpdateMessages = slot("mediumUpdateMessages", messagesOf(EntityUpdatesMedium), { owner, leaves });
export const LowUpdateMessages = slot("lowUpdateMessages", messagesOf(EntityUpdatesLow), { owner, leaves });

export const ServingControlMessages = slot("servingControlMessages", messagesOf(ServingControl), {
  ...{ owner: "ads-delivery", leaves },
  purposeOf: "budgets and pauses, for every ad server at once",
});
