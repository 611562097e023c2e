/** Run when the words of a creative or the brand of a campaign change. */
import {
  AdDocumentRow,
  AdGroupInCampaign,
  AdGroupInCampaignRead,
  AdLinks,
  AdLinksRead,
  CampaignBrand,
  CampaignBrandRead,
  CreativeText,
  CreativeTextRead,
  CreativeWrites,
} from "@tenon/nodes";
import { handler, ownRow, parentRow } from "@tenon/stream-runtime";
import { adCreative } from "./ad-creative.graph.ts";

export const adCreativeHandler = handler({
  name: "ad-creative",
  owner: "ads-blending",
  purpose: "keeps what is shown of an ad up to date",
  inputs: [
    ownRow(AdLinks, AdLinksRead),
    parentRow(AdGroupInCampaign, AdGroupInCampaignRead, { of: AdLinksRead, column: "adGroupId" }),
    parentRow(CampaignBrand, CampaignBrandRead, { of: AdGroupInCampaignRead, column: "campaignId" }),
    parentRow(CreativeText, CreativeTextRead, { of: AdLinksRead, column: "creativeId" }),
  ],
  graph: adCreative,
  writes: CreativeWrites,
  produces: [{ entity: AdDocumentRow, groups: ["creative"] }],
});
