import type { Surface } from "@tenon/ads-model";
import { resource } from "@tenon/graph-core";

export interface SurfaceBlending {
  /** First position that an ad may have, counted from 0. */
  readonly topSlot: number;
  /** Organic items between two ads, at least. */
  readonly gapMin: number;
  /**
   * What one unit of utility is worth against revenue, micros per thousand impressions: 0 places every ad that the slot
   * rules allow, more asks ads to be nearly as useful as the items they push down.
   */
  readonly lambdaMicros: number;
  /** What an ad is worth to the user, on the scale of the organic utilities: the weighted sum of the three, each 0 to 1. */
  readonly clickProbabilityWeight: number;
  readonly qualityWeight: number;
  readonly relevanceWeight: number;
}

export interface BlendingPolicy {
  readonly version: string;
  readonly surfaces: Readonly<Record<Surface, SurfaceBlending>>;
}

export const BlendingPolicyResource = resource<BlendingPolicy>()("blendingPolicy", {
  owner: "ads-blending",
  purpose: "where ads may stand among organic items, and what they are worth to users, by surface",
});
