/** Dictionaries of categorical features. A model is trained on their codes: words are added at the end, never moved. */
import { COUNTRY_CODES, DEVICES, OBJECTIVES, SURFACES } from "@tenon/ads-model";
import { Dictionary } from "@tenon/graph-core";

export const SURFACE_WORDS = new Dictionary(SURFACES);
export const DEVICE_WORDS = new Dictionary(DEVICES);
export const COUNTRY_WORDS = new Dictionary(COUNTRY_CODES);
export const OBJECTIVE_WORDS = new Dictionary(OBJECTIVES);

/** Parts of the day on the user's clock, by the hour at which each begins. */
const DAY_PARTS = [
  ["night", 0],
  ["morning", 6],
  ["midday", 11],
  ["afternoon", 14],
  ["evening", 18],
  ["late", 22],
] as const;
export const DAY_PART_WORDS = new Dictionary(DAY_PARTS.map(([name]) => name));

/** Code of the part of the day that an hour from 0 to 23 lies in. */
export function dayPartCode(hour: number): number {
  return DAY_PARTS.findLastIndex(([, fromHour]) => hour >= fromHour);
}

/** Categories fall into this many buckets: about two of the marketplace's 417 share one. */
const CATEGORY_BUCKETS = 256;
/**
 * Buckets instead of category paths, because categories come and go with the catalogue: a fixed list would make every new
 * one a new feature schema, and every model of the old one unusable.
 */
export const CATEGORY_BUCKET_WORDS = new Dictionary(
  Array.from({ length: CATEGORY_BUCKETS }, (_, bucket) => `bucket-${String(bucket).padStart(3, "0")}`),
);

/** Offset basis and prime of the 32-bit hash by Fowler, Noll and Vo (FNV-1a). */
const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** The bucket of a category path, by FNV-1a: spread evenly, the same in every process and for ever. */
export function categoryBucketCode(path: string): number {
  let hash = FNV_BASIS;
  for (let at = 0; at < path.length; at++) hash = Math.imul(hash ^ path.charCodeAt(at), FNV_PRIME);
  return (hash >>> 0) % CATEGORY_BUCKETS;
}

/** Kinds of places and services, the middle part of a category path: `shop` of `brands/shop/shoes`. */
const CATEGORY_KINDS = [
  ..."advertising amenity barrier boundary club craft emergency healthcare highway historic internet_access".split(" "),
  ..."landuse leisure man_made natural office pipeline power public_transport railway route shop telecom".split(" "),
  ..."tourism waterway".split(" "),
];
/** Every kind that is not listed is `other`. */
export const CATEGORY_KIND_WORDS = new Dictionary(["other", ...CATEGORY_KINDS]);

export function categoryKindCode(path: string): number {
  const start = path.indexOf("/") + 1;
  const end = path.indexOf("/", start);
  return Math.max(0, CATEGORY_KIND_WORDS.codeOf(path.slice(start, end === -1 ? path.length : end)));
}
