/** Run when a bid, a budget, a floor or the terms of a group change. */
import {
  AdDocumentRow,
  AdFloor,
  AdFloorRead,
  AdGroupOffer,
  AdGroupOfferRead,
  CampaignOffer,
  CampaignOfferRead,
  OfferWrites,
} from "@tenon/nodes";
import { handler, ownRow, parentRow } from "@tenon/stream-runtime";
import { adOffer } from "./ad-offer.graph.ts";

export const adOfferHandler = handler({
  name: "ad-offer",
  owner: "ads-auction",
  purpose: "keeps what an ad offers for being shown up to date",
  inputs: [
    ownRow(AdFloor, AdFloorRead),
    parentRow(AdGroupOffer, AdGroupOfferRead, { of: AdFloorRead, column: "adGroupId" }),
    parentRow(CampaignOffer, CampaignOfferRead, { of: AdGroupOfferRead, column: "campaignId" }),
  ],
  graph: adOffer,
  writes: OfferWrites,
  produces: [{ entity: AdDocumentRow, groups: ["offer"] }],
});
