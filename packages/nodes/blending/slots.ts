/** From winners to places among the organic items. */
import { AdPositionSchema, OrganicIdSchema, SCORE_TOLERANCE } from "@tenon/ads-model";
import { columnSchema, slot } from "@tenon/graph-core";
import { z } from "zod";
import { retrievedAdsSchema } from "../retrieval/ad-columns.ts";

export const AdRecords = slot(
  "adRecords",
  z.strictObject({
    /** False when the index did not answer in time: then nothing is known of any ad. */
    loaded: z.boolean(),
    found: z.array(AdPositionSchema.pick({ adId: true, brand: true, title: true, body: true, landingUrl: true })),
  }),
  { owner: "ads-serving", purposeOf: "what would be shown of each winner" },
);

export const ServableWinners = slot("servableWinners", retrievedAdsSchema, {
  owner: "ads-serving",
  purposeOf: "winners of which there is something to show",
});

const ofWinners = columnSchema("f64", { of: ServableWinners }).meta(SCORE_TOLERANCE);

export const AdUtility = slot(
  "adUtility",
  z.strictObject({
    /** On the scale of the organic utilities. */
    utility: ofWinners,
    /** Cosine of query, or interests, and the ad or its category, -1 to 1; 0 when nothing is known. */
    relevance: ofWinners,
  }),
  { owner: "ads-blending", purposeOf: "what each winner is worth to the user, aligned with ServableWinners" },
);

/** Why a winner has no place: the slot rules, its worth against the organic items, or an ad of a better rank in its way. */
export const BLENDING_RULES = ["topSlot", "gap", "utility", "slots", "order"] as const;
export type BlendingRule = (typeof BLENDING_RULES)[number];

export const Placements = slot(
  "placements",
  z.strictObject({
    /** The blended feed, first position first. `row` is the ad's row in ServableWinners. */
    positions: z.array(
      z.discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("ad"), row: z.int().min(0) }),
        z.strictObject({ kind: z.literal("organic"), organicId: OrganicIdSchema }),
      ]),
    ),
    /** Winners without a place, best rank first, with what the rule asked for and what it found. */
    unplaced: z.array(
      z.strictObject({ row: z.int().min(0), rule: z.enum(BLENDING_RULES), threshold: z.number(), value: z.number() }),
    ),
  }),
  { owner: "ads-blending", purposeOf: "which winner stands where among the organic items" },
);
/** Where the conservation law ends: exactly these are in the response. */
export const PlacedAds = slot("placedAds", retrievedAdsSchema, {
  owner: "ads-blending",
  purposeOf: "winners that have a place: the ads that are shown",
});
