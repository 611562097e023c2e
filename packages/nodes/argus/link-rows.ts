/** Which rows an ad hangs on: the way to what handlers read of them. */
import { slot } from "@tenon/graph-core";
import { read } from "@tenon/storage-repo/api";
import { rowSchema } from "@tenon/stream-runtime/api";
import { z } from "zod";
import { AdGroupRow, AdRow, CampaignRow } from "../indexing/source-rows.ts";

export const AdInGroupRead = read(AdRow, ["adGroupId"]);
export const AdWithCreativeRead = read(AdRow, ["creativeId"]);
export const AdLinksRead = read(AdRow, ["adGroupId", "creativeId"]);
export const AdGroupInCampaignRead = read(AdGroupRow, ["campaignId"]);
export const CampaignOfAdvertiserRead = read(CampaignRow, ["advertiserId"]);

export const AdInGroup = slot("adInGroup", z.nullable(rowSchema(AdInGroupRead)), {
  owner: "ads-delivery",
  purposeOf: "the ad group of the ad; null when the ad is gone",
});

export const AdWithCreative = slot("adWithCreative", z.nullable(rowSchema(AdWithCreativeRead)), {
  owner: "ads-delivery",
  purposeOf: "the creative of the ad; null when the ad is gone",
});

export const AdLinks = slot("adLinks", z.nullable(rowSchema(AdLinksRead)), {
  owner: "ads-delivery",
  purposeOf: "ad group and creative of the ad; null when it is gone",
});

export const AdGroupInCampaign = slot("adGroupInCampaign", z.nullable(rowSchema(AdGroupInCampaignRead)), {
  owner: "ads-auction",
  purposeOf: "the campaign of the ad group",
});

export const CampaignOfAdvertiser = slot("campaignOfAdvertiser", z.nullable(rowSchema(CampaignOfAdvertiserRead)), {
  owner: "ads-delivery",
  purposeOf: "the advertiser of the campaign",
});
