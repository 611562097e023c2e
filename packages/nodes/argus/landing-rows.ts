/** Where an ad leads. */
import { LandingSignalsSchema } from "@tenon/ads-model";
import { slot } from "@tenon/graph-core";
import { read, writeSetSchema } from "@tenon/storage-repo/api";
import { rowSchema } from "@tenon/stream-runtime/api";
import { z } from "zod";
import { AdDocumentRow } from "../indexing/document-row.ts";
import { CreativeRow } from "../indexing/source-rows.ts";

export const CreativeLandingRead = read(CreativeRow, ["landingUrl", "settingsSourceAtMs"], {
  carried: ["settingsSourceAtMs"],
});

export const CreativeLanding = slot("creativeLanding", z.nullable(rowSchema(CreativeLandingRead)), {
  owner: "ads-blending",
  purposeOf: "address that the creative leads to",
});

export const LandingWrites = slot("landingWrites", writeSetSchema([AdDocumentRow]), {
  owner: "ads-serving",
  purposeOf: "what was found at the address",
  leaves: "outside",
});

export const LandingPageFound = slot("landingPageFound", LandingSignalsSchema, {
  owner: "ads-serving",
  purposeOf: "what is known of the page; unknown when nobody could look",
});
