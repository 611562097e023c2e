/** What is shown of an ad. */
import { slot } from "@tenon/graph-core";
import { read, writeSetSchema } from "@tenon/storage-repo/api";
import { rowSchema } from "@tenon/stream-runtime/api";
import { z } from "zod";
import { AdDocumentRow } from "../indexing/document-row.ts";
import { CampaignRow, CreativeRow } from "../indexing/source-rows.ts";

export const CampaignBrandRead = read(CampaignRow, ["brand", "settingsSourceAtMs"], {
  carried: ["settingsSourceAtMs"],
});
export const CreativeTextRead = read(CreativeRow, ["title", "body", "landingUrl", "settingsSourceAtMs"]);

export const CampaignBrand = slot("campaignBrand", z.nullable(rowSchema(CampaignBrandRead)), {
  owner: "ads-delivery",
  purposeOf: "what the campaign advertises",
});

export const CreativeText = slot("creativeText", z.nullable(rowSchema(CreativeTextRead)), {
  owner: "ads-blending",
  purposeOf: "words and address of the creative",
});

export const CreativeWrites = slot("creativeWrites", writeSetSchema([AdDocumentRow]), {
  owner: "ads-blending",
  purposeOf: "what is shown, and what can be read off it",
  leaves: "outside",
});
