import type { Surface } from "@tenon/ads-model";
import { resource } from "@tenon/graph-core";

export const MECHANISMS = ["generalisedSecondPrice", "vcg", "firstPrice"] as const;
export type Mechanism = (typeof MECHANISMS)[number];

export interface SurfaceAuction {
  readonly mechanism: Mechanism;
  /** Least expected value of a thousand impressions, integer micros. */
  readonly reserveEcpmMicros: number;
  /**
   * A bid that misses its floor by no more than this still takes part, micros per thousand impressions. Half a cent
   * (5,000) where floors are stated in cents: a bid that reads as the floor is not turned away for its fourth decimal.
   */
  readonly floorToleranceMicros: number;
  /** What a quality of 1 is worth, micros per thousand impressions. */
  readonly qualityWeightMicros: number;
  /** Chance of being looked at by slot, first slot first: above 0, at most 1, never rising. The last holds for all further slots. */
  readonly slotFactors: readonly number[];
  /** Ads of one category in one auction. */
  readonly adsPerCategoryMax: number;
}

export interface AuctionPolicy {
  readonly version: string;
  readonly surfaces: Readonly<Record<Surface, SurfaceAuction>>;
  /** Winners kept beyond the wanted slots, so that blending has a choice. */
  readonly reserveDepth: number;
}

export const AuctionPolicyResource = resource<AuctionPolicy>()("auctionPolicy", {
  owner: "ads-auction",
  purpose: "mechanism, reserve, weights and limits by surface",
});
