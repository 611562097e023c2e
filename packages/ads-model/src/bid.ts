import { z } from "zod";
import type { DeepReadonly } from "./deep-readonly.ts";
import { BidMicrosSchema, CpmMicrosSchema, type EcpmMicros } from "./money.ts";
import { ecpmFromBid, ecpmFromCpm } from "./price.ts";
import type { Probability } from "./probability.ts";

/** An offer names what it pays for, so that a price per click never meets a price per thousand impressions. */
export const BidSchema = z.discriminatedUnion("pays", [
  z.strictObject({ pays: z.literal("perClick"), bidMicros: BidMicrosSchema }),
  z.strictObject({ pays: z.literal("perThousandImpressions"), cpmMicros: CpmMicrosSchema }),
]);
export type Bid = DeepReadonly<z.infer<typeof BidSchema>>;

/** Expected value of a thousand impressions under this offer. */
export function ecpmOfBid(bid: Bid, clickProbability: Probability): EcpmMicros {
  return bid.pays === "perClick" ? ecpmFromBid(bid.bidMicros, clickProbability) : ecpmFromCpm(bid.cpmMicros);
}
