import type { Surface } from "@tenon/ads-model";
import { resource } from "@tenon/graph-core";

export interface SurfaceBlending {
  /** First position that an ad may have, counted from 0. */
  readonly topSlot: number;
  /** Organic items between two ads, at least. */
  readonly gapMin: number;
  /** Weight of engagement against revenue: 0 places every ad the rules allow. */
  readonly lambda: number;
}

export interface BlendingPolicy {
  readonly surfaces: Readonly<Record<Surface, SurfaceBlending>>;
}

export const BlendingPolicyResource = resource<BlendingPolicy>()("blendingPolicy", {
  owner: "ads-blending",
  purpose: "where ads may stand among organic items, by surface",
});
