/**
 * What an ad is worth to the auction, in micros per thousand impressions: expected payment plus a bonus for quality.
 *
 * A1 The worth never falls when the bid rises, and rises with every raise that is worth a micro of eCPM or more.
 * A2 The bonus is no money: floors and reserves compare the expected payment alone.
 */
import {
  type Bid,
  bidMicros,
  cpmMicros,
  type EcpmMicros,
  ecpmMicros,
  ecpmOfBid,
  type Micros,
  micros,
  type Probability,
  roundMicros,
} from "@tenon/ads-model";
import type { CandidateBatch, DictionaryColumn, F64Column } from "@tenon/graph-core";

export interface AuctionScoreTerms {
  /** Sum of the two: what is ranked by. */
  readonly ecpmMicros: EcpmMicros;
  /** Expected payment for a thousand impressions at the full bid. */
  readonly bidEcpmMicros: EcpmMicros;
  readonly qualityMicros: Micros;
}

export interface ScoreInputs {
  readonly clickProbability: Probability;
  /** 0 to 1. */
  readonly qualityScore: number;
  /** Micros per thousand impressions that a quality of 1 is worth. */
  readonly qualityWeightMicros: number;
}

export function auctionScore(
  bid: Bid,
  { clickProbability, qualityScore, qualityWeightMicros }: ScoreInputs,
): AuctionScoreTerms {
  const bidEcpmMicros = ecpmOfBid(bid, clickProbability);
  const qualityMicros = roundMicros(qualityWeightMicros * qualityScore);
  return { ecpmMicros: ecpmMicros(micros(bidEcpmMicros + qualityMicros)), bidEcpmMicros, qualityMicros };
}

type Offers = CandidateBatch<{
  readonly bidPays: DictionaryColumn;
  readonly bidMicros: F64Column;
  readonly cpmMicros: F64Column;
}>;

/** The bid of each row. */
export function bidsOf(ads: Offers): (row: number) => Bid {
  const pays = ads.column("bidPays");
  const perClick = pays.dictionary.codeOf("perClick");
  const perClickMicros = ads.column("bidMicros");
  const perThousandMicros = ads.column("cpmMicros");
  return (row) =>
    pays.codeAt(row) === perClick
      ? { pays: "perClick", bidMicros: bidMicros(perClickMicros.at(row)) }
      : { pays: "perThousandImpressions", cpmMicros: cpmMicros(perThousandMicros.at(row)) };
}
