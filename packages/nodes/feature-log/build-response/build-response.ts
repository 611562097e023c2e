import { CURRENCY, ecpmMicros, probability, adId, advertiserId, campaignId, creativeId, type ScoreTerms } from "@tenon/ads-model";
import { type InputsOf, node } from "@tenon/graph-core";
import { chargeOf } from "../shared/charge.ts";
import { reasonText } from "../shared/reason-text.ts";
import { shownPositions } from "../shared/shown-positions.ts";
import { buildResponseContract } from "./build-response.contract.ts";

type Inputs = InputsOf<typeof buildResponseContract.reads, readonly []>;

export const buildResponse = node({
  ...buildResponseContract,
  run: (inputs) => {
    const { shownAds, adRecords, placements, auctionWinners, chargedPrice, normalRequest } = inputs;
    const recordOf = new Map(adRecords.found.map((record) => [record.adId as number, record]));
    const scoreTermsAt = scoreTerms(inputs);
    const positions = shownPositions(placements, auctionWinners, shownAds).map((position) => {
      if (position.kind === "organic") return position;
      const { shownRow, winnerRow } = position;
      const id = shownAds.ids.at(shownRow);
      const record = recordOf.get(id);
      if (record === undefined) throw new Error(`ad ${id} is shown without a record: dropUnrecorded must come before the response`);
      const terms = scoreTermsAt(winnerRow);
      const setterAdId = chargedPrice.priceSetterAdId.at(winnerRow);
      return {
        kind: "ad" as const,
        ...record,
        adId: adId(id),
        advertiserId: advertiserId(shownAds.column("advertiserId").at(shownRow)),
        campaignId: campaignId(shownAds.column("campaignId").at(shownRow)),
        creativeId: creativeId(shownAds.column("creativeId").at(shownRow)),
        ...chargeOf(auctionWinners, chargedPrice, winnerRow),
        currency: CURRENCY,
        reason: reasonText({ sources: shownAds.column("sources").at(shownRow), surface: normalRequest.surface, terms, setterAdId }),
        scoreTerms: terms,
      };
    });
    return { adResponse: { requestId: normalRequest.requestId, positions } };
  },
});

/** The numbers that decided a winner's place, by its row in AuctionWinners. */
function scoreTerms({ auctionWinners, trimmedAds, clickProbability, auctionScore, adUtility }: Inputs): (row: number) => ScoreTerms {
  const clicks = auctionWinners.align(clickProbability, trimmedAds);
  const ecpm = auctionWinners.align(auctionScore.ecpmMicros, trimmedAds);
  const quality = auctionWinners.column("qualityScore");
  return (row) => ({
    clickProbability: probability(clicks.at(row)),
    ecpmMicros: ecpmMicros(ecpm.at(row)),
    qualityScore: quality.at(row),
    relevance: adUtility.relevance.at(row),
    utility: adUtility.utility.at(row),
  });
}
