/** From the columns of `ad_document` to the document, and what keeps it from being one. */
import { hash } from "node:crypto";
import { type AdDocument, documentOfChecked, type ServableDocument } from "@tenon/ads-model";
import type { ValueOf } from "@tenon/graph-core";
import { SERVABLE_FIELDS } from "../../indexing/servable-fields.ts";
import type { DocumentGroups } from "../servable-rows.ts";
import { canonicalText } from "./canonical-text.ts";

export type DocumentColumns = NonNullable<ValueOf<typeof DocumentGroups>>["columns"];

/** Signals that nobody may have measured: a document is whole without them. */
const OPTIONAL: ReadonlySet<string> = new Set(["image.image", "relevance.annotations", "performance.performance"]);
/** Made here, of the others. */
const OWN_GROUP = "servable";
const DIGEST_CHARACTERS = 16;

/** Columns that must hold a value → what is missing without it: two steps of a path, as `ad.budget`. */
const REQUIRED: readonly { readonly column: string; readonly path: string }[] = [
  ...new Map(
    [...SERVABLE_FIELDS]
      .filter(([, { group, column }]) => group !== OWN_GROUP && !OPTIONAL.has(`${group}.${column}`))
      .map(([leaf, { column }]) => [column, leaf.split(".").slice(0, 2).join(".")]),
  ),
].map(([column, path]) => ({ column, path }));

/** What a document of these columns would lack, in the order of `SERVABLE_FIELDS`, each thing once. */
export function missingIn(columns: DocumentColumns): readonly string[] {
  const held = columns as Readonly<Record<string, unknown>>;
  const lacking = new Set<string>();
  for (const { column, path } of REQUIRED) if (held[column] === null) lacking.add(path);
  if (columns.vector === null) lacking.add("ad.embedding");
  return [...lacking];
}

/**
 * Call when nothing is missing. Columns have the schemas of the document's leaves, and were checked with them where the run began:
 * putting them together can make nothing wrong of them.
 */
export function documentOf(
  columns: DocumentColumns,
  own: { readonly adId: number; readonly version: number; readonly updatedAtMs: number },
): ServableDocument {
  const { adGroupId, campaignId, advertiserId, creativeId, status, creativeReview, policyReview } = columns;
  const { schedule, frequencyCaps, objective, bid, floorMicros, budget, targeting, keywords, category } = columns;
  const { brand, title, body, landingUrl, qualityScore, popularity, embeddingSpace, embeddingRow } = columns;
  const { advertiser, limits, reach, text, image, annotations, interests, performance, landing } = columns;
  const ad: { readonly [Field in keyof AdDocument]: unknown } = {
    adId: own.adId,
    adGroupId,
    campaignId,
    advertiserId,
    creativeId,
    version: own.version,
    updatedAtMs: own.updatedAtMs,
    status,
    creativeReview,
    policyReview,
    schedule,
    targeting,
    keywords,
    category,
    embedding: { version: embeddingSpace, row: embeddingRow },
    objective,
    bid,
    floorMicros,
    budget,
    frequencyCaps,
    qualityScore,
    popularity,
    brand,
    title,
    body,
    landingUrl,
  };
  const signals = { advertiser, limits, reach, text, image, annotations, interests, performance, landing };
  return documentOfChecked({ ad, signals });
}

/** Of everything but the version: equal digests are equal documents, whichever run made them. */
export function digestOf({ ad: { version: _, ...ad }, signals }: ServableDocument): string {
  return hash("sha256", canonicalText({ ad, signals })).slice(0, DIGEST_CHARACTERS);
}
