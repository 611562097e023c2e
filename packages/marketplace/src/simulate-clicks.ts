import type { AdId, Probability, RequestId } from "@tenon/ads-model";
import { randomStream } from "./random.ts";

/** An impression whose click is to be decided. */
export interface ClickTrial {
  readonly requestId: RequestId;
  readonly adId: AdId;
  readonly probability: Probability;
}

/**
 * Whether each impression is clicked. The draw belongs to (seed, request, ad): it does not depend on the order of the trials, and
 * raising a probability never takes a click away, so two rankers are compared on the same luck.
 */
export function simulateClicks(trials: readonly ClickTrial[], { seed }: { seed: number }): boolean[] {
  return trials.map(({ requestId, adId, probability }) => randomStream(seed, requestId, adId).unit() < probability);
}
