/** From winners to places among the organic items. */
import { OrganicIdSchema } from "@tenon/ads-model";
import { columnSchema, slot } from "@tenon/graph-core";
import { z } from "zod";
import { AuctionWinners } from "../auction/slots.ts";
import { retrievedAdsSchema } from "../retrieval/ad-columns.ts";

const ofWinners = columnSchema("f64", { of: AuctionWinners });

export const AdUtility = slot(
  "adUtility",
  z.strictObject({
    /** On the scale of the organic utilities. */
    utility: ofWinners,
    /** Cosine of query, or interests, and the ad or its category, -1 to 1; 0 when nothing is known. */
    relevance: ofWinners,
  }),
  { owner: "ads-blending", purposeOf: "what each winner is worth to the user, aligned with AuctionWinners" },
);

/** Why a winner has no place: the slot rules, its worth against the organic items, or an ad of a better rank in its way. */
export const BLENDING_RULES = ["topSlot", "gap", "utility", "slots", "order"] as const;
export type BlendingRule = (typeof BLENDING_RULES)[number];

export const Placements = slot(
  "placements",
  z.strictObject({
    /** The blended feed, first position first. `row` is the ad's row in AuctionWinners. */
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
export const PlacedAds = slot("placedAds", retrievedAdsSchema, {
  owner: "ads-blending",
  purposeOf: "winners that have a place",
});
