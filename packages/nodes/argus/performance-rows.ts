/** How an ad has done. */
import { slot } from "@tenon/graph-core";
import { read, writeSetSchema } from "@tenon/storage-repo/api";
import { rowSchema } from "@tenon/stream-runtime/api";
import { z } from "zod";
import { AdDocumentRow } from "../indexing/document-row.ts";
import { AdRow, AdvertiserRow } from "../indexing/source-rows.ts";

export const AdPerformanceRead = read(AdRow, [
  "adGroupId",
  "impressions7d",
  "clicks7d",
  "impressions30d",
  "clicks30d",
  "conversions30d",
  "hides30d",
  "spend7dMicros",
  "reviewScore",
  "performanceSourceAtMs",
]);
export const BrandSignalsRead = read(AdvertiserRow, ["popularity", "brandSignalsSourceAtMs"]);

export const AdPerformance = slot("adPerformance", z.nullable(rowSchema(AdPerformanceRead)), {
  owner: "ads-measurement",
  purposeOf: "counts of the ad; null when it is gone",
});

export const BrandSignals = slot("brandSignals", z.nullable(rowSchema(BrandSignalsRead)), {
  owner: "ads-data",
  purposeOf: "how well known the advertiser is",
});

export const PerformanceWrites = slot("performanceWrites", writeSetSchema([AdDocumentRow]), {
  owner: "ads-measurement",
  purposeOf: "rates, quality and popularity of the ad",
  leaves: "outside",
});
