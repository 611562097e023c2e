/** The streams of the indexing pipeline. Arrival order never decides: every message says its version, and may come twice. */
import { PACING_MODES, ServableDocumentSchema } from "@tenon/ads-model";
import { topic } from "@tenon/event-log/api";
import { z } from "zod";
import { JsonSchema } from "./json.ts";
import { ContentSignalSchema, VectorSchema } from "./signals.ts";

const DAY_MS = 24 * 3_600_000;
const WEEK_MS = 7 * DAY_MS;
/** Readers at once, in all processes together. */
const PARTITIONS = 4;

const facts = { owner: "ads-data", partitions: PARTITIONS, retentionMs: WEEK_MS } as const;
const control = { ...facts, class: "control", unreadable: "halt" } as const;
const content = { ...facts, class: "content", unreadable: "deadLetter" } as const;

const timeMs = z.int().min(0);
const version = z.int().min(1);

export const SOURCE_TABLES = [
  "advertisers",
  "campaigns",
  "budgets",
  "ad_groups",
  "targeting",
  "ads",
  "creatives",
] as const;
export type SourceTable = (typeof SOURCE_TABLES)[number];

export const SourceChangeSchema = z.strictObject({
  table: z.enum(SOURCE_TABLES),
  key: z.int().min(1),
  operation: z.enum(["write", "delete"]),
  committedAtMs: timeMs,
  /** Where in the database's log, and the place in its transaction: for people. */
  position: z.string().min(1).max(100),
});

/** Keyed `table:key`. */
export const SourceChanges = topic("source-changes", SourceChangeSchema, {
  ...control,
  purpose: "that a row of the ads database changed, without what it holds now",
});

/** Keyed `kind:key`. */
export const ContentSignals = topic("content-signals", ContentSignalSchema, {
  ...content,
  purpose: "what other systems found out about ads, creatives and brands",
});

/** What is lost with a change: money and rights (control), or how well it is described (content). */
export const DataClassSchema = z.enum(["control", "content"]);
export type DataClass = z.infer<typeof DataClassSchema>;

export const EntityUpdateSchema = z.strictObject({
  entity: z.string().min(1).max(40),
  group: z.string().min(1).max(40),
  key: z.int().min(1),
  version,
  operation: z.enum(["write", "delete"]),
  /** All columns of the group; null for a delete. */
  columns: z.record(z.string(), JsonSchema).nullable(),
  /** When its source changed. */
  sourceAtMs: timeMs,
  /** What led to it: the source's position, or the id of a call. For people. */
  cause: z.string().min(1).max(200),
});

/** Keyed `entity:key`, like the other two lanes. */
export const EntityUpdatesHigh = topic("entity-updates-high", EntityUpdateSchema, {
  ...control,
  purpose: "groups of rows to write at once: what advertisers see",
});
export const EntityUpdatesMedium = topic("entity-updates-medium", EntityUpdateSchema, {
  ...content,
  purpose: "groups of rows to write soon: signals",
});
export const EntityUpdatesLow = topic("entity-updates-low", EntityUpdateSchema, {
  ...control,
  purpose: "groups of rows to write when there is time: backfill and refresh, of either class",
});

/** Keyed by campaign. */
export const ServingControl = topic(
  "serving-control",
  z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("budget"),
      campaignId: z.int().min(1),
      version,
      /** 0: the campaign has no budget any more. */
      lifetimeCapMicros: z.int().min(0),
      dailyCapMicros: z.int().min(1).nullable(),
      overdeliveryRatioMax: z.number().min(0).max(1).nullable(),
      pacing: z.enum(PACING_MODES),
      changedAtMs: timeMs,
    }),
    z.strictObject({
      kind: z.literal("status"),
      campaignId: z.int().min(1),
      version,
      /** `archived` for a campaign that was deleted. */
      status: z.enum(["active", "paused", "archived"]),
      changedAtMs: timeMs,
    }),
  ]),
  { ...control, partitions: 1, purpose: "budgets and pauses, past the pipeline, to every ad server" },
);

/** Keyed `entity:key`. */
export const RejectedUpdates = topic(
  "rejected-updates",
  z.strictObject({
    update: EntityUpdateSchema,
    /** Every field that does not fit: expected, found, and whose it is. */
    reason: z.string().min(1),
    /** Who has to mend the first of them. */
    owner: z.string().min(1),
  }),
  { ...content, purpose: "updates that fit no group, with the reason, for their owners" },
);

/** Keyed `entity:key`. */
export const DroppedUpdates = topic(
  "dropped-updates",
  z.strictObject({
    update: EntityUpdateSchema,
    class: DataClassSchema,
    /** How long before the ordered cut its source changed, ms. */
    ageMs: z.int().min(0),
  }),
  { ...content, purpose: "stale updates that the gateway dropped on command: what a refresh has to bring back" },
);

/** `sourceAtMs` of a delta that tells of an ad of which nothing was ever derived: no age can be counted from it. */
export const SOURCE_TIME_UNKNOWN = 0;

/** Of the newest change that a delta tells; records from before classes were told have none. */
const news = { sourceAtMs: timeMs, class: DataClassSchema.optional() };

/** Keyed by ad; its offset is the position of an index. One partition per shard. */
export const IndexDeltas = topic(
  "index-deltas",
  z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("upsert"),
      document: ServableDocumentSchema,
      vector: VectorSchema.nullable(),
      ...news,
    }),
    z.strictObject({ kind: z.literal("delete"), adId: z.int().min(1), version, ...news }),
  ]),
  { ...control, partitions: 1, purpose: "documents that serving adds, replaces or drops" },
);
