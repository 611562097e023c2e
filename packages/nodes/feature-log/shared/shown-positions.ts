import type { CandidateBatch, ValueOf } from "@tenon/graph-core";
import type { AuctionWinners } from "../../auction/slots.ts";
import type { Placements } from "../../blending/slots.ts";

type Organic = Extract<ValueOf<typeof Placements>["positions"][number], { readonly kind: "organic" }>;

/** `shownRow` and `winnerRow`: the ad's rows in ShownAds and AuctionWinners. */
export type ShownPosition = Organic | { readonly kind: "ad"; readonly shownRow: number; readonly winnerRow: number };

/** The feed as it is answered: placements without the ads that were dropped after they had a place. */
export function shownPositions(
  { positions }: ValueOf<typeof Placements>,
  auctionWinners: ValueOf<typeof AuctionWinners>,
  shownAds: CandidateBatch,
): readonly ShownPosition[] {
  return positions.flatMap((position): readonly ShownPosition[] => {
    if (position.kind === "organic") return [position];
    const shownRow = shownAds.rowOfId(auctionWinners.ids.at(position.row));
    return shownRow === -1 ? [] : [{ kind: "ad", shownRow, winnerRow: position.row }];
  });
}
