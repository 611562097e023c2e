/** What an ad offers for being shown. */
import { slot } from "@tenon/graph-core";
import { read, writeSetSchema } from "@tenon/storage-repo/api";
import { rowSchema } from "@tenon/stream-runtime/api";
import { z } from "zod";
import { AdDocumentRow } from "../indexing/document-row.ts";
import { AdGroupRow, AdRow, CampaignRow } from "../indexing/source-rows.ts";

export const AdFloorRead = read(AdRow, ["adGroupId", "floorMicros", "settingsSourceAtMs"], {
  carried: ["settingsSourceAtMs"],
});
export const AdGroupOfferRead = read(
  AdGroupRow,
  [
    ...(["campaignId", "bidPays", "bidAmountMicros", "settingsSourceAtMs"] as const),
    ...(["chargeMaxMicros", "termsSourceAtMs"] as const),
  ],
  { carried: ["termsSourceAtMs"] },
);
export const CampaignOfferRead = read(
  CampaignRow,
  [
    ...(["objective", "settingsSourceAtMs"] as const),
    ...(["lifetimeCapMicros", "dailyCapMicros", "overdeliveryRatioMax", "pacing", "budgetSourceAtMs"] as const),
  ],
  { carried: ["settingsSourceAtMs"] },
);

export const AdFloor = slot("adFloor", z.nullable(rowSchema(AdFloorRead)), {
  owner: "ads-auction",
  purposeOf: "floor of the ad; null when it is gone",
});

export const AdGroupOffer = slot("adGroupOffer", z.nullable(rowSchema(AdGroupOfferRead)), {
  owner: "ads-auction",
  purposeOf: "bid of its ad group, and the terms",
});

export const CampaignOffer = slot("campaignOffer", z.nullable(rowSchema(CampaignOfferRead)), {
  owner: "ads-delivery",
  purposeOf: "objective and budget of its campaign",
});

export const OfferWrites = slot("offerWrites", writeSetSchema([AdDocumentRow]), {
  owner: "ads-auction",
  purposeOf: "what the ad offers, and within which limits",
  leaves: "outside",
});
