import { adGroupId, adId, advertiserId, campaignId, creativeId, probability } from "@tenon/ads-model";
import { node } from "@tenon/graph-core";
import { chargesOf } from "../shared/charge.ts";
import { shownPositions } from "../shared/shown-positions.ts";
import { buildInsertionEventsContract } from "./build-insertion-events.contract.ts";

export const buildInsertionEvents = node({
  ...buildInsertionEventsContract,
  run: (inputs, { clock }) => {
    const { placedAds, placements, servableWinners, trimmedAds, clickProbability, normalRequest } = inputs;
    const { requestId, surface } = normalRequest;
    const clicks = placedAds.align(clickProbability, trimmedAds);
    const chargeAt = chargesOf(inputs);
    const events = shownPositions(placements, servableWinners, placedAds).flatMap((each, position) => {
      if (each.kind === "organic") return [];
      const { row } = each;
      const id = adId(placedAds.ids.at(row));
      return [
        {
          // An ad stands in a response once.
          insertionId: `${requestId}.${id}`,
          requestId,
          adId: id,
          adGroupId: adGroupId(placedAds.column("adGroupId").at(row)),
          campaignId: campaignId(placedAds.column("campaignId").at(row)),
          advertiserId: advertiserId(placedAds.column("advertiserId").at(row)),
          creativeId: creativeId(placedAds.column("creativeId").at(row)),
          surface,
          position,
          ...chargeAt(row),
          clickProbability: probability(clicks.at(row)),
          atMs: clock.nowMs,
        },
      ];
    });
    return { insertionEvents: events };
  },
});
