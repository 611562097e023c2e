import {
  adId,
  advertiserId,
  CURRENCY,
  campaignId,
  creativeId,
  ecpmMicros,
  probability,
  type ScoreTerms,
} from "@tenon/ads-model";
import { type InputsOf, node } from "@tenon/graph-core";
import { chargesOf } from "../shared/charge.ts";
import { reasonText } from "../shared/reason-text.ts";
import { shownPositions } from "../shared/shown-positions.ts";
import { buildResponseContract } from "./build-response.contract.ts";

type Inputs = InputsOf<typeof buildResponseContract.reads, readonly []>;

export const buildResponse = node({
  ...buildResponseContract,
  run: (inputs) => {
    const { placedAds, adRecords, placements, servableWinners, auctionWinners, chargedPrice, normalRequest } = inputs;
    const { requestId, surface } = normalRequest;
    const recordOf = new Map(adRecords.found.map((record) => [record.adId as number, record]));
    const termsAt = scoreTermsOf(inputs);
    const chargeAt = chargesOf(inputs);
    const setterAdId = placedAds.align(chargedPrice.priceSetterAdId, auctionWinners);
    const positions = shownPositions(placements, servableWinners, placedAds).map((position) => {
      if (position.kind === "organic") return position;
      const { row } = position;
      const id = adId(placedAds.ids.at(row));
      const record = recordOf.get(id);
      if (record === undefined)
        throw new Error(`ad ${id} has a place and no record: winners without one are dropped before`);
      const scoreTerms = termsAt(row);
      return {
        kind: "ad" as const,
        ...record,
        advertiserId: advertiserId(placedAds.column("advertiserId").at(row)),
        campaignId: campaignId(placedAds.column("campaignId").at(row)),
        creativeId: creativeId(placedAds.column("creativeId").at(row)),
        ...chargeAt(row),
        currency: CURRENCY,
        reason: reasonText({
          sources: placedAds.column("sources").at(row),
          surface,
          scoreTerms,
          setterAdId: setterAdId.at(row),
        }),
        scoreTerms,
      };
    });
    return { adResponse: { requestId, positions } };
  },
});

/** The numbers that decided an ad's place, by its row in PlacedAds. */
function scoreTermsOf(inputs: Inputs): (row: number) => ScoreTerms {
  const { placedAds, servableWinners, trimmedAds, clickProbability, auctionScore, adUtility } = inputs;
  const clicks = placedAds.align(clickProbability, trimmedAds);
  const ecpm = placedAds.align(auctionScore.ecpmMicros, trimmedAds);
  const utility = placedAds.align(adUtility.utility, servableWinners);
  const relevance = placedAds.align(adUtility.relevance, servableWinners);
  const quality = placedAds.column("qualityScore");
  return (row) => ({
    clickProbability: probability(clicks.at(row)),
    ecpmMicros: ecpmMicros(ecpm.at(row)),
    qualityScore: quality.at(row),
    relevance: relevance.at(row),
    utility: utility.at(row),
  });
}
