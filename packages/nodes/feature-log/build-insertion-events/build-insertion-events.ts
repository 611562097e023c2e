import { adGroupId, adId, advertiserId, campaignId, creativeId, probability } from "@tenon/ads-model";
import { node } from "@tenon/graph-core";
import { chargeOf } from "../shared/charge.ts";
import { shownPositions } from "../shared/shown-positions.ts";
import { buildInsertionEventsContract } from "./build-insertion-events.contract.ts";

export const buildInsertionEvents = node({
  ...buildInsertionEventsContract,
  run: (inputs, { clock }) => {
    const { shownAds, auctionWinners, chargedPrice, placements, trimmedAds, clickProbability, normalRequest } = inputs;
    const { requestId, surface } = normalRequest;
    const clicks = shownAds.align(clickProbability, trimmedAds);
    const positions = shownPositions(placements, auctionWinners, shownAds);
    const events = positions.flatMap((each, position) => {
      if (each.kind === "organic") return [];
      const { shownRow, winnerRow } = each;
      const id = adId(shownAds.ids.at(shownRow));
      return [
        {
          // An ad stands in a response once.
          insertionId: `${requestId}.${id}`,
          requestId,
          adId: id,
          adGroupId: adGroupId(shownAds.column("adGroupId").at(shownRow)),
          campaignId: campaignId(shownAds.column("campaignId").at(shownRow)),
          advertiserId: advertiserId(shownAds.column("advertiserId").at(shownRow)),
          creativeId: creativeId(shownAds.column("creativeId").at(shownRow)),
          surface,
          position,
          ...chargeOf(auctionWinners, chargedPrice, winnerRow),
          clickProbability: probability(clicks.at(shownRow)),
          atMs: clock.nowMs,
        },
      ];
    });
    return { insertionEvents: events };
  },
});
