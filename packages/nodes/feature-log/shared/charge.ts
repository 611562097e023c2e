import { type AdPosition, micros, type Micros } from "@tenon/ads-model";
import type { ValueOf } from "@tenon/graph-core";
import type { AuctionWinners, ChargedPrice } from "../../auction/slots.ts";

export interface Charge {
  readonly chargedPriceMicros: Micros;
  readonly chargedPer: AdPosition["chargedPer"];
}

/** What a winner is charged, and for which event. */
export function chargeOf(winners: ValueOf<typeof AuctionWinners>, price: ValueOf<typeof ChargedPrice>, row: number): Charge {
  return {
    chargedPriceMicros: micros(price.chargedPriceMicros.at(row)),
    chargedPer: winners.column("bidPays").at(row) === "perClick" ? "click" : "thousandImpressions",
  };
}
