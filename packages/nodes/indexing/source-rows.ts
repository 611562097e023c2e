/**
 * Rows of the ads database and signals about them, as the repository holds them. The updater writes every group but `terms`.
 *
 * N1 Column names are distinct within an entity, so the source time of group `budget` is `budgetSourceAtMs`: the newest source
 *    time, ms since 1970, that went into the group.
 * N2 A row is there while its first group is: a delete of that source row is a tombstone. Other groups can be taken away alone;
 *    their columns are null then.
 * N3 A signal may come before its row. Whoever reads a row looks at the columns of its first group.
 */
import {
  AdGroupIdSchema,
  AdIdSchema,
  AdvertiserIdSchema,
  BidMicrosSchema,
  CampaignIdSchema,
  CountryCodeSchema,
  CreativeIdSchema,
  EcpmMicrosSchema,
  EntityStatusSchema,
  FrequencyCapsSchema,
  InterestSchema,
  KeywordSchema,
  MicrosSchema,
  OBJECTIVES,
  PACING_MODES,
  ReviewStatusSchema,
  TargetingExpressionSchema,
  TimestampMsSchema,
} from "@tenon/ads-model";
import { entity } from "@tenon/storage-repo/api";
import { z } from "zod";
import {
  AnnotationColumns,
  BrandSignalColumns,
  EmbeddingColumns,
  ImageColumns,
  InterestColumns,
  PerformanceColumns,
} from "./signals.ts";

type Columns = Readonly<Record<string, z.ZodType>>;

/** For groups that can be taken away while their row stays. */
function orNull<Shape extends Columns>(columns: Shape): { readonly [Name in keyof Shape]: z.ZodNullable<Shape[Name]> } {
  const nullable = Object.entries(columns).map(([name, schema]) => [name, schema.nullable()]);
  return Object.fromEntries(nullable) as { readonly [Name in keyof Shape]: z.ZodNullable<Shape[Name]> };
}

/** Keys are plain integers to the repository. */
const keyOf = (schema: unknown) => schema as z.ZodType<number>;

export const AccountColumns = {
  brand: z.string().min(1).max(200),
  category: InterestSchema,
  country: CountryCodeSchema.nullable(),
  tier: z.string().min(1).max(40),
  status: EntityStatusSchema,
  policyReview: ReviewStatusSchema,
  registeredAtMs: TimestampMsSchema,
};

export const CampaignColumns = {
  advertiserId: keyOf(AdvertiserIdSchema),
  name: z.string().min(1).max(200),
  brand: z.string().min(1).max(200),
  category: InterestSchema,
  objective: z.enum(OBJECTIVES),
  status: EntityStatusSchema,
  startAtMs: TimestampMsSchema,
  endAtMs: TimestampMsSchema.nullable(),
  frequencyCaps: FrequencyCapsSchema,
};

export const BudgetColumns = {
  lifetimeCapMicros: keyOf(MicrosSchema).refine((cap) => cap >= 1, "expected at least 1 micro"),
  dailyCapMicros: keyOf(MicrosSchema)
    .refine((cap) => cap >= 1, "expected at least 1 micro")
    .nullable(),
  /** Share of the daily cap by which a day may go over it; null without a daily cap. */
  overdeliveryRatioMax: z.number().min(0).max(1).nullable(),
  pacing: z.enum(PACING_MODES),
};

export const AdGroupColumns = {
  campaignId: keyOf(CampaignIdSchema),
  status: EntityStatusSchema,
  bidPays: z.enum(["perClick", "perThousandImpressions"]),
  bidAmountMicros: keyOf(BidMicrosSchema),
};

export const TargetingColumns = { expression: TargetingExpressionSchema };

export const AdColumns = {
  adGroupId: keyOf(AdGroupIdSchema),
  creativeId: keyOf(CreativeIdSchema),
  status: EntityStatusSchema,
  keywords: z.array(KeywordSchema).max(64),
  floorMicros: keyOf(EcpmMicrosSchema),
};

export const CreativeColumns = {
  title: z.string().min(1).max(200),
  body: z.string().max(500),
  landingUrl: z.url({ protocol: /^https$/ }),
  imageUrl: z.string().min(1).max(2_000).nullable(),
  review: ReviewStatusSchema,
};

export const AdvertiserRow = entity("advertiser", {
  owner: "ads-data",
  purpose: "who pays",
  key: keyOf(AdvertiserIdSchema),
  groups: {
    account: {
      ...{ owner: "ads-data", class: "control" },
      columns: { ...AccountColumns, accountSourceAtMs: TimestampMsSchema },
    },
    brandSignals: {
      ...{ owner: "ads-data", class: "content" },
      columns: { ...orNull(BrandSignalColumns), brandSignalsSourceAtMs: TimestampMsSchema },
    },
  },
});

export const CampaignRow = entity("campaign", {
  owner: "ads-delivery",
  purpose: "a budget holder",
  key: keyOf(CampaignIdSchema),
  groups: {
    settings: {
      ...{ owner: "ads-delivery", class: "control" },
      columns: { ...CampaignColumns, settingsSourceAtMs: TimestampMsSchema },
    },
    budget: {
      ...{ owner: "ads-delivery", class: "control" },
      columns: { ...orNull(BudgetColumns), budgetSourceAtMs: TimestampMsSchema },
    },
  },
  lookups: ["advertiserId"],
  mapping: ["advertiserId"],
});

export const AdGroupRow = entity("ad_group", {
  owner: "ads-delivery",
  purpose: "a set of ads with one bid and one target",
  key: keyOf(AdGroupIdSchema),
  groups: {
    settings: {
      ...{ owner: "ads-auction", class: "control" },
      columns: { ...AdGroupColumns, settingsSourceAtMs: TimestampMsSchema },
    },
    targeting: {
      ...{ owner: "ads-retrieval", class: "control" },
      columns: { ...orNull(TargetingColumns), targetingSourceAtMs: TimestampMsSchema },
    },
    terms: {
      ...{ owner: "ads-retrieval", class: "control" },
      columns: { servable: z.boolean(), chargeMaxMicros: z.int().min(0), termsSourceAtMs: TimestampMsSchema },
    },
  },
  lookups: ["campaignId"],
  mapping: ["campaignId"],
});

export const AdRow = entity("ad", {
  owner: "ads-delivery",
  purpose: "one creative in one ad group",
  key: keyOf(AdIdSchema),
  groups: {
    settings: {
      ...{ owner: "ads-delivery", class: "control" },
      columns: { ...AdColumns, settingsSourceAtMs: TimestampMsSchema },
    },
    performance: {
      ...{ owner: "ads-measurement", class: "content" },
      columns: { ...orNull(PerformanceColumns), performanceSourceAtMs: TimestampMsSchema },
    },
  },
  lookups: ["adGroupId", "creativeId"],
  mapping: ["adGroupId", "creativeId"],
});

export const CreativeRow = entity("creative", {
  owner: "ads-blending",
  purpose: "what the user sees",
  key: keyOf(CreativeIdSchema),
  groups: {
    settings: {
      ...{ owner: "ads-blending", class: "control" },
      columns: { ...CreativeColumns, settingsSourceAtMs: TimestampMsSchema },
    },
    image: {
      ...{ owner: "ads-blending", class: "content" },
      columns: { ...orNull(ImageColumns), imageSourceAtMs: TimestampMsSchema },
    },
    annotations: {
      ...{ owner: "ads-ranking", class: "content" },
      columns: { ...orNull(AnnotationColumns), annotationsSourceAtMs: TimestampMsSchema },
    },
    interests: {
      ...{ owner: "ads-privacy", class: "content" },
      columns: { ...orNull(InterestColumns), interestsSourceAtMs: TimestampMsSchema },
    },
    embedding: {
      ...{ owner: "ads-retrieval", class: "content" },
      columns: { ...orNull(EmbeddingColumns), embeddingSourceAtMs: TimestampMsSchema },
    },
  },
  /** Components as float32, little endian. Written with `embedding`, at its version. */
  blobs: { vector: { owner: "ads-retrieval", class: "content" } },
});

export const SOURCE_ENTITIES = [AdvertiserRow, CampaignRow, AdGroupRow, AdRow, CreativeRow] as const;
