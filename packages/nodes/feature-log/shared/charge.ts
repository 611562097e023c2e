import { type AdPosition, type Micros, micros } from "@tenon/ads-model";
import type { ValueOf } from "@tenon/graph-core";
import type { AuctionWinners, ChargedPrice } from "../../auction/slots.ts";
import type { PlacedAds } from "../../blending/slots.ts";

export interface Charge {
  readonly chargedPriceMicros: Micros;
  readonly chargedPer: AdPosition["chargedPer"];
}

export interface ChargeInputs {
  readonly placedAds: ValueOf<typeof PlacedAds>;
  readonly auctionWinners: ValueOf<typeof AuctionWinners>;
  readonly chargedPrice: ValueOf<typeof ChargedPrice>;
}

/** What a shown ad is charged and for which event, by its row in PlacedAds. */
export function chargesOf({ placedAds, auctionWinners, chargedPrice }: ChargeInputs): (row: number) => Charge {
  const price = placedAds.align(chargedPrice.chargedPriceMicros, auctionWinners);
  const pays = placedAds.column("bidPays");
  return (row) => ({
    chargedPriceMicros: micros(price.at(row)),
    chargedPer: pays.at(row) === "perClick" ? "click" : "thousandImpressions",
  });
}
