/** Words that find an ad. */
import { slot } from "@tenon/graph-core";
import { read, writeSetSchema } from "@tenon/storage-repo/api";
import { rowSchema } from "@tenon/stream-runtime/api";
import { z } from "zod";
import { AdDocumentRow } from "../indexing/document-row.ts";
import { AdRow, CreativeRow } from "../indexing/source-rows.ts";

export const AdKeywordsRead = read(AdRow, ["creativeId", "keywords", "settingsSourceAtMs"], {
  carried: ["settingsSourceAtMs"],
});
export const CreativeAnnotationsRead = read(CreativeRow, ["terms", "language", "confidence", "annotationsSourceAtMs"]);

export const AdKeywords = slot("adKeywords", z.nullable(rowSchema(AdKeywordsRead)), {
  owner: "ads-ranking",
  purposeOf: "words of the advertiser; null when the ad is gone",
});

export const CreativeAnnotations = slot("creativeAnnotations", z.nullable(rowSchema(CreativeAnnotationsRead)), {
  owner: "ads-ranking",
  purposeOf: "words that a reader of the creative found",
});

export const RelevanceWrites = slot("relevanceWrites", writeSetSchema([AdDocumentRow]), {
  owner: "ads-ranking",
  purposeOf: "words that find the ad",
  leaves: "outside",
});
