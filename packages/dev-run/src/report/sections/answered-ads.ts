import type { AdPosition, AdResponse } from "@tenon/ads-model";
import type { RanEntry } from "../../versions/protocol.ts";

/** The slot of the answer, as `@tenon/ads-model` names it. */
const ANSWER = "adResponse";

/** Ads of an answer, first position first; `undefined` for a run that gave none. */
export function answeredAds({ answers }: RanEntry): readonly AdPosition[] | undefined {
  const response = answers[ANSWER] as AdResponse | undefined;
  return response?.positions.flatMap((position) => (position.kind === "ad" ? [position] : []));
}
