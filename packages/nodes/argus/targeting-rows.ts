/** Whom an ad is for. */
import { slot } from "@tenon/graph-core";
import { read, writeSetSchema } from "@tenon/storage-repo/api";
import { rowSchema } from "@tenon/stream-runtime/api";
import { z } from "zod";
import { AdDocumentRow } from "../indexing/document-row.ts";
import { AdGroupRow } from "../indexing/source-rows.ts";

export const AdGroupTargetRead = read(AdGroupRow, ["expression", "targetingSourceAtMs"]);

export const AdGroupTarget = slot("adGroupTarget", z.nullable(rowSchema(AdGroupTargetRead)), {
  owner: "ads-retrieval",
  purposeOf: "target of the ad group",
});

export const TargetingWrites = slot("targetingWrites", writeSetSchema([AdDocumentRow]), {
  owner: "ads-retrieval",
  purposeOf: "whom the ad is for, and in figures",
  leaves: "outside",
});
