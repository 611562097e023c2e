import type { CandidateBatch, ValueOf } from "@tenon/graph-core";
import type { Placements, ServableWinners } from "../../blending/slots.ts";

type Organic = Extract<ValueOf<typeof Placements>["positions"][number], { readonly kind: "organic" }>;

/** `row`: the ad's row in PlacedAds. */
export type ShownPosition = Organic | { readonly kind: "ad"; readonly row: number };

/** The feed as it is answered. Throws for a placed ad that was dropped: it would be shown and counted as not shown. */
export function shownPositions(
  { positions }: ValueOf<typeof Placements>,
  winners: ValueOf<typeof ServableWinners>,
  placedAds: CandidateBatch,
): readonly ShownPosition[] {
  return positions.map((position) => {
    if (position.kind === "organic") return position;
    const id = winners.ids.at(position.row);
    const row = placedAds.rowOfId(id);
    if (row === -1)
      throw new Error(`ad ${id} has a place in the feed and was dropped: placements and kept ads disagree`);
    return { kind: "ad", row };
  });
}
