/** The picture of an ad. */
import { slot } from "@tenon/graph-core";
import { read, writeSetSchema } from "@tenon/storage-repo/api";
import { rowSchema } from "@tenon/stream-runtime/api";
import { z } from "zod";
import { AdDocumentRow } from "../indexing/document-row.ts";
import { CreativeRow } from "../indexing/source-rows.ts";

export const CreativeImageRead = read(
  CreativeRow,
  [
    ...(["imageUrl", "settingsSourceAtMs"] as const),
    ...(["seenImageUrl", "width", "height", "signature", "textShare", "dominantColor", "imageSourceAtMs"] as const),
  ],
  { carried: ["settingsSourceAtMs"] },
);

export const CreativeImage = slot("creativeImage", z.nullable(rowSchema(CreativeImageRead)), {
  owner: "ads-blending",
  purposeOf: "the picture the creative names, and what was seen of which",
});

export const ImageWrites = slot("imageWrites", writeSetSchema([AdDocumentRow]), {
  owner: "ads-blending",
  purposeOf: "what is known of the picture",
  leaves: "outside",
});
