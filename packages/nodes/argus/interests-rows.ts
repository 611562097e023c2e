/** What an ad appeals to. */
import { slot } from "@tenon/graph-core";
import { read, writeSetSchema } from "@tenon/storage-repo/api";
import { rowSchema } from "@tenon/stream-runtime/api";
import { z } from "zod";
import { AdDocumentRow } from "../indexing/document-row.ts";
import { CampaignRow, CreativeRow } from "../indexing/source-rows.ts";

export const CampaignCategoryRead = read(CampaignRow, ["category", "settingsSourceAtMs"], {
  carried: ["settingsSourceAtMs"],
});
export const CreativeInterestsRead = read(CreativeRow, ["interests", "interestsSourceAtMs"]);

export const CampaignCategory = slot("campaignCategory", z.nullable(rowSchema(CampaignCategoryRead)), {
  owner: "ads-delivery",
  purposeOf: "category of what the campaign advertises",
});

export const CreativeInterests = slot("creativeInterests", z.nullable(rowSchema(CreativeInterestsRead)), {
  owner: "ads-privacy",
  purposeOf: "interests that the creative appeals to",
});

export const InterestsWrites = slot("interestsWrites", writeSetSchema([AdDocumentRow]), {
  owner: "ads-privacy",
  purposeOf: "category and interests of the ad",
  leaves: "outside",
});
