/** What decides whether an ad may serve at all. */
import { slot } from "@tenon/graph-core";
import { read, writeSetSchema } from "@tenon/storage-repo/api";
import { rowSchema } from "@tenon/stream-runtime/api";
import { z } from "zod";
import { AdDocumentRow } from "../indexing/document-row.ts";
import { AdGroupRow, AdRow, AdvertiserRow, CampaignRow, CreativeRow } from "../indexing/source-rows.ts";

export const AdStandingRead = read(AdRow, ["adGroupId", "creativeId", "status", "settingsSourceAtMs"]);
export const AdGroupStandingRead = read(AdGroupRow, ["campaignId", "status", "settingsSourceAtMs"], {
  carried: ["settingsSourceAtMs"],
});
export const CampaignStandingRead = read(CampaignRow, [
  "advertiserId",
  "status",
  "startAtMs",
  "endAtMs",
  "frequencyCaps",
  "settingsSourceAtMs",
]);
export const AdvertiserStandingRead = read(AdvertiserRow, [
  "status",
  "policyReview",
  "country",
  "tier",
  "registeredAtMs",
  "accountSourceAtMs",
]);
export const CreativeStandingRead = read(CreativeRow, ["review", "settingsSourceAtMs"], {
  carried: ["settingsSourceAtMs"],
});

export const AdStanding = slot("adStanding", z.nullable(rowSchema(AdStandingRead)), {
  owner: "ads-delivery",
  purposeOf: "status and links of the ad; null when it is gone",
});

export const AdGroupStanding = slot("adGroupStanding", z.nullable(rowSchema(AdGroupStandingRead)), {
  owner: "ads-auction",
  purposeOf: "status of its ad group",
});

export const CampaignStanding = slot("campaignStanding", z.nullable(rowSchema(CampaignStandingRead)), {
  owner: "ads-delivery",
  purposeOf: "status, schedule and caps of its campaign",
});

export const AdvertiserStanding = slot("advertiserStanding", z.nullable(rowSchema(AdvertiserStandingRead)), {
  owner: "ads-data",
  purposeOf: "status and review of its advertiser",
});

export const CreativeStanding = slot("creativeStanding", z.nullable(rowSchema(CreativeStandingRead)), {
  owner: "ads-blending",
  purposeOf: "review of its creative",
});

export const DeliveryWrites = slot("deliveryWrites", writeSetSchema([AdDocumentRow]), {
  owner: "ads-delivery",
  purposeOf: "whether, when and how often the ad may serve",
  leaves: "outside",
});
