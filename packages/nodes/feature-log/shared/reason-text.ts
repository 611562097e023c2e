import { formatMicros, type ScoreTerms, type Surface } from "@tenon/ads-model";
import { SOURCE_BITS } from "../../retrieval/ad-columns.ts";

export interface ReasonFacts {
  /** Bits of the sources that found the ad. */
  readonly sources: number;
  readonly surface: Surface;
  readonly scoreTerms: ScoreTerms;
  /** Ad that set the price; 0 where the floor or the own bid did. */
  readonly setterAdId: number;
}

/** One sentence: why the ad was found, what it won by, and what set its price. Speaks of the ad, never of the user. */
export function reasonText({ sources, surface, scoreTerms, setterAdId }: ReasonFacts): string {
  const price = setterAdId === 0 ? "its floor or own bid set the price" : `ad ${setterAdId} set the price`;
  return `${foundText(sources, surface)}; worth ${formatMicros(scoreTerms.ecpmMicros)} per thousand impressions; ${price}`;
}

function foundText(sources: number, surface: Surface): string {
  if ((sources & SOURCE_BITS.keyword) !== 0) return "its words answer the query";
  if ((sources & SOURCE_BITS.vector) !== 0) {
    return surface === "search" ? "near what was searched for" : "near what is liked here";
  }
  return "shown to learn how it does";
}
