/**
 * What this host put into responses lately: an event names an insertion, and what it is charged is what was promised
 * then, never what the event says.
 *
 * I1 An insertion is charged once for a click price; a price of impressions is charged with the first impression.
 * I2 Insertions older than `KEPT_MS` are forgotten: their events are counted as unknown.
 */
import {
  type AdId,
  type CampaignId,
  chargeForImpressions,
  cpmMicros,
  impressionCount,
  type UserId,
} from "@tenon/ads-model";
import type { ValueOf } from "@tenon/graph-core";
import type { InsertionEvents } from "@tenon/nodes";

export type Insertion = ValueOf<typeof InsertionEvents>[number];

const KEPT_MS = 3_600_000;
const INSERTIONS_MAX = 200_000;
const ONE_IMPRESSION = impressionCount(1);

export interface BookedInsertion {
  readonly adId: AdId;
  readonly campaignId: CampaignId;
  /** Absent where the user may not be remembered. */
  readonly userId: UserId | undefined;
  readonly chargedPer: Insertion["chargedPer"];
  readonly chargedPriceMicros: number;
  readonly atMs: number;
  charged: boolean;
}

/** What an insertion is expected to cost, micros: the price of a click times its probability, or of one impression. */
export function expectedCostMicros({ chargedPer, chargedPriceMicros, clickProbability }: Insertion): number {
  return chargedPer === "click" ? chargedPriceMicros * clickProbability : chargedPriceMicros / 1_000;
}

export class InsertionBook {
  readonly #insertions = new Map<string, BookedInsertion>();

  get size(): number {
    return this.#insertions.size;
  }

  /** An insertion that is known already stays as it is: a request that is sent again puts nothing into a second response. */
  book(event: Insertion, userId: UserId | undefined): void {
    if (this.#insertions.has(event.insertionId)) return;
    const { insertionId, adId, campaignId, chargedPer, chargedPriceMicros, atMs } = event;
    this.#insertions.set(insertionId, {
      adId,
      campaignId,
      userId,
      chargedPer,
      chargedPriceMicros,
      atMs,
      charged: false,
    });
    this.#forget(atMs);
  }

  #forget(nowMs: number): void {
    for (const [id, { atMs }] of this.#insertions) {
      if (this.#insertions.size <= INSERTIONS_MAX && nowMs - atMs < KEPT_MS) return;
      this.#insertions.delete(id);
    }
  }

  get(insertionId: string): BookedInsertion | undefined {
    return this.#insertions.get(insertionId);
  }

  /** Micros that this event charges; 0 when it is not the charging one, or the insertion was charged before (I1). */
  charge(insertion: BookedInsertion, kind: "impression" | "click"): number {
    const charging = insertion.chargedPer === "click" ? "click" : "impression";
    if (kind !== charging || insertion.charged) return 0;
    insertion.charged = true;
    return insertion.chargedPer === "click"
      ? insertion.chargedPriceMicros
      : chargeForImpressions(cpmMicros(insertion.chargedPriceMicros), ONE_IMPRESSION);
  }
}
