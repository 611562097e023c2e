/** Run when anything above an ad changes its status, its review or its schedule. */
import {
  AdDocumentRow,
  AdGroupStanding,
  AdGroupStandingRead,
  AdStanding,
  AdStandingRead,
  AdvertiserStanding,
  AdvertiserStandingRead,
  CampaignStanding,
  CampaignStandingRead,
  CreativeStanding,
  CreativeStandingRead,
  DeliveryWrites,
} from "@tenon/nodes";
import { handler, ownRow, parentRow } from "@tenon/stream-runtime";
import { adDelivery } from "./ad-delivery.graph.ts";

export const adDeliveryHandler = handler({
  name: "ad-delivery",
  owner: "ads-delivery",
  purpose: "keeps whether, when and how often an ad may serve up to date",
  inputs: [
    ownRow(AdStanding, AdStandingRead),
    parentRow(AdGroupStanding, AdGroupStandingRead, { of: AdStandingRead, column: "adGroupId" }),
    parentRow(CampaignStanding, CampaignStandingRead, { of: AdGroupStandingRead, column: "campaignId" }),
    parentRow(AdvertiserStanding, AdvertiserStandingRead, { of: CampaignStandingRead, column: "advertiserId" }),
    parentRow(CreativeStanding, CreativeStandingRead, { of: AdStandingRead, column: "creativeId" }),
  ],
  graph: adDelivery,
  writes: DeliveryWrites,
  produces: [{ entity: AdDocumentRow, groups: ["delivery"] }],
});
