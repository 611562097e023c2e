/** Run when a category or the interests of a creative change. */
import {
  AdDocumentRow,
  AdGroupInCampaign,
  AdGroupInCampaignRead,
  AdLinks,
  AdLinksRead,
  CampaignCategory,
  CampaignCategoryRead,
  CreativeInterests,
  CreativeInterestsRead,
  InterestsWrites,
} from "@tenon/nodes";
import { handler, ownRow, parentRow } from "@tenon/stream-runtime";
import { adInterests } from "./ad-interests.graph.ts";

export const adInterestsHandler = handler({
  name: "ad-interests",
  owner: "ads-privacy",
  purpose: "keeps what an ad appeals to up to date",
  inputs: [
    ownRow(AdLinks, AdLinksRead),
    parentRow(AdGroupInCampaign, AdGroupInCampaignRead, { of: AdLinksRead, column: "adGroupId" }),
    parentRow(CampaignCategory, CampaignCategoryRead, { of: AdGroupInCampaignRead, column: "campaignId" }),
    parentRow(CreativeInterests, CreativeInterestsRead, { of: AdLinksRead, column: "creativeId" }),
  ],
  graph: adInterests,
  writes: InterestsWrites,
  produces: [{ entity: AdDocumentRow, groups: ["interests"] }],
});
