import { OrganicIdSchema } from "@tenon/ads-model";
import { slot } from "@tenon/graph-core";
import { z } from "zod";
import { retrievedAdsSchema } from "../retrieval/ad-columns.ts";

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
    /** Winners without a place, and the rule that left none. */
    unplaced: z.array(z.strictObject({ row: z.int().min(0), rule: z.enum(["gap", "topSlot", "utility", "slots"]) })),
  }),
  { owner: "ads-blending", purposeOf: "which winner stands where among the organic items" },
);
export const PlacedAds = slot("placedAds", retrievedAdsSchema, {
  owner: "ads-blending",
  purposeOf: "winners that have a place",
});
