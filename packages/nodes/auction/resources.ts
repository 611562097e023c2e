import type { Surface } from "@tenon/ads-model";
import { resource } from "@tenon/graph-core";

export interface SurfaceAuction {
  readonly mechanism: "generalisedSecondPrice" | "vcg" | "firstPrice";
  /** Least expected value of a thousand impressions, integer micros. */
  readonly reserveEcpmMicros: number;
  /** Weight of quality in the score, micros per unit of quality. */
  readonly qualityWeightMicros: number;
  /** Chance of being looked at by slot, first slot first; falling, each 0 to 1. */
  readonly slotFactors: readonly number[];
}

export interface AuctionPolicy {
  readonly version: string;
  readonly surfaces: Readonly<Record<Surface, SurfaceAuction>>;
  /** Winners kept beyond the wanted slots, so that blending has a choice. */
  readonly reserveDepth: number;
}

export const AuctionPolicyResource = resource<AuctionPolicy>()("auctionPolicy", {
  owner: "ads-auction",
  purpose: "mechanism, reserve and weights by surface",
});
