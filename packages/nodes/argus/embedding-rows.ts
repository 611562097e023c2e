/** Where an ad lies among others. */
import { slot } from "@tenon/graph-core";
import { read, writeSetSchema } from "@tenon/storage-repo/api";
import { rowSchema } from "@tenon/stream-runtime/api";
import { z } from "zod";
import { AdDocumentRow } from "../indexing/document-row.ts";
import { CreativeRow } from "../indexing/source-rows.ts";

export const CreativeVectorRead = read(CreativeRow, ["embeddingSpace", "embeddingSourceAtMs", "vector"]);

export const CreativeVector = slot("creativeVector", z.nullable(rowSchema(CreativeVectorRead)), {
  owner: "ads-retrieval",
  purposeOf: "vector of the creative, and its space",
});

export const EmbeddingWrites = slot("embeddingWrites", writeSetSchema([AdDocumentRow]), {
  owner: "ads-retrieval",
  purposeOf: "vector of the ad, and its space",
  leaves: "outside",
});
