/** What is answered, and what is remembered. */
import {
  AdGroupIdSchema,
  AdIdSchema,
  AdPositionSchema,
  AdvertiserIdSchema,
  ArmsSchema,
  CampaignIdSchema,
  CreativeIdSchema,
  MARGIN_TOLERANCE,
  MicrosSchema,
  ProbabilitySchema,
  personal,
  RequestIdSchema,
  SCORE_TOLERANCE,
  SurfaceSchema,
  TimestampMsSchema,
} from "@tenon/ads-model";
import { columnSchema, featureSnapshotSchema, modelScoresSchema, slot } from "@tenon/graph-core";
import { z } from "zod";
import { LIGHT_FEATURES, RANK_FEATURES } from "../ranking/features.ts";

const chargedPer = AdPositionSchema.shape.chargedPer;

/** One model's pass: the snapshot it read, the margins it gave, and whose rows they are. */
const scored = <Features extends z.ZodType>(features: Features) =>
  z.strictObject({
    /** Fingerprint of the feature schema: readers keep a set of those they understand. */
    schemaFingerprint: z.string().min(1),
    /** The value that was scored, not a copy: the host writes its canonical bytes. */
    features,
    /** Margins as f64, the model's version and the digest of the snapshot it scored. */
    scores: modelScoresSchema().meta(MARGIN_TOLERANCE),
    /** Ad of each row. */
    adIds: columnSchema("id"),
  });

/**
 * Everything a replay of the ranking needs but the plan's hash, the seed and the counts of the reason ledger: those are the
 * host's and are added when the record is committed.
 */
export const FeatureLogRecord = slot(
  "featureLogRecord",
  z.strictObject({
    requestId: RequestIdSchema,
    /** The request's clock. */
    atMs: TimestampMsSchema,
    surface: SurfaceSchema,
    /** One-way key of the user; null without consent to measurement. */
    userPseudonym: personal(z.string().min(1).max(64)).nullable(),
    arms: ArmsSchema,
    indexVersion: z.string().min(1),
    embeddingVersion: z.string().min(1),
    light: scored(featureSnapshotSchema(LIGHT_FEATURES)),
    rank: scored(featureSnapshotSchema(RANK_FEATURES)),
    /** Version of the calibrators, and what they made of the margins of `rank`. */
    calibratorsVersion: z.string(),
    clickProbability: columnSchema("f64").meta(SCORE_TOLERANCE),
    auctionPolicyVersion: z.string(),
    /** What the auction made of it, aligned with `rank`. */
    ecpmMicros: columnSchema("f64"),
    /** In the order of the feed. */
    shown: z.array(
      z.strictObject({ adId: AdIdSchema, position: z.int().min(0), chargedPriceMicros: MicrosSchema, chargedPer }),
    ),
  }),
  {
    owner: "ads-measurement",
    purposeOf: "what was scored and what came of it, for training and replay",
    leaves: "log",
  },
);

export const InsertionEvents = slot(
  "insertionEvents",
  z.array(
    z.strictObject({
      /** Unique, and the same when a request is repeated: counting twice is noticed. */
      insertionId: z.string().min(1),
      requestId: RequestIdSchema,
      adId: AdIdSchema,
      adGroupId: AdGroupIdSchema,
      campaignId: CampaignIdSchema,
      advertiserId: AdvertiserIdSchema,
      creativeId: CreativeIdSchema,
      surface: SurfaceSchema,
      /** In the blended feed, 0 is the top. */
      position: z.int().min(0),
      /** Charged when the charging event happens; for `thousandImpressions` the price of a thousand. */
      chargedPriceMicros: MicrosSchema,
      chargedPer,
      /** To predict the spend of insertions that are not billed yet. */
      clickProbability: ProbabilitySchema.meta(SCORE_TOLERANCE),
      /** Event time: the request's clock. */
      atMs: TimestampMsSchema,
    }),
  ),
  {
    owner: "ads-measurement",
    purposeOf: "what was put into the response, for counting and billing",
    leaves: "log",
  },
);
