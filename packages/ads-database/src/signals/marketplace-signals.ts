/**
 * What others know of a generated marketplace, so that documents can be rebuilt from rows and signals.
 *
 * | from the marketplace | drawn from the seed |
 * |---|---|
 * | embedding, popularity, review score (the documents' quality), annotations (keywords), interests (category and its parents) | facts of pictures, performance, confidence |
 */
import type { AdDocument, CreativeId } from "@tenon/ads-model";
import {
  EMBEDDING_DIMENSIONS,
  MARKETPLACE_NOW_MS,
  type Marketplace,
  type Random,
  randomStream,
} from "@tenon/marketplace";
import type { ContentSignal, ImageSignal, PerformanceSignal } from "../api/content-signal.ts";
import type { NewAd } from "../edits/edit.ts";
import { firstBy, imageUrlOf } from "../load/marketplace-rows.ts";

/** The marketplace's words are English. */
const LANGUAGE = "en";
const TERMS_MAX = 16;
const CONFIDENCE_MIN = 0.6;
/** Affinity of a category's parent relative to its child. */
const PARENT_AFFINITY = 0.5;
type Size = readonly [width: number, height: number];
/** Pixels of the pictures that placements take. */
const PICTURE_SIZES: readonly [Size, ...Size[]] = [
  [1_200, 628],
  [1_080, 1_080],
  [1_080, 1_350],
  [728, 90],
];
/** Share of a picture that is text: most have little. */
const TEXT_SHARE_MEDIAN = 0.08;
/** A week's impressions of an ad: median of an unknown brand, and how a known one exceeds it (e^4, about 55). */
const WEEK_IMPRESSIONS_MEDIAN = 2_000;
const POPULARITY_EXPONENT = 4;
const IMPRESSIONS_SPREAD = 0.8;
/** Rates of an ad of quality 1; they fall with its quality. */
const CLICK_RATE = 0.018;
const CONVERSION_RATE = 0.04;
const HIDE_RATE = 0.002;
const WEEKS_PER_MONTH = 30 / 7;

export interface MarketplaceSignalsOptions {
  readonly seed: number;
  /** Default `MARKETPLACE_NOW_MS`. */
  readonly observedAtMs?: number;
  /** Version of every signal. Default 1. */
  readonly version?: number;
}

/** Every signal of the marketplace, lazily: those of advertisers, of creatives, of ads. */
export function* marketplaceSignals(
  marketplace: Marketplace,
  { seed, observedAtMs = MARKETPLACE_NOW_MS, version = 1 }: MarketplaceSignalsOptions,
): Generator<ContentSignal> {
  const observed = { version, observedAtMs };
  const { documents } = marketplace;
  for (const { advertiserId, popularity } of firstBy(documents, (document) => document.advertiserId).values()) {
    yield { kind: "brand", ...observed, advertiserId, popularity };
  }
  for (const document of firstBy(documents, ({ creativeId }) => creativeId).values()) {
    yield* creativeSignals(marketplace, document, { seed, observed });
  }
  for (const document of documents) yield { ...performanceOf(document, seed), ...observed };
}

/**
 * What is known of an ad that was just created: its picture and words, the vector of what else its brand advertises, and that
 * nobody has seen it.
 *
 * @param like an ad of the same brand
 */
export function* newAdSignals(
  marketplace: Marketplace,
  { ad, creative }: NewAd,
  { like, seed, observedAtMs, version = 1 }: MarketplaceSignalsOptions & { readonly like: AdDocument },
): Generator<ContentSignal> {
  const observed = { version, observedAtMs: observedAtMs ?? MARKETPLACE_NOW_MS };
  const document = { ...like, creativeId: creative.creativeId as CreativeId, keywords: ad.keywords };
  yield* creativeSignals(marketplace, document, { seed, observed });
  const unseen = { impressions7d: 0, clicks7d: 0, impressions30d: 0, clicks30d: 0, conversions30d: 0, hides30d: 0 };
  const { qualityScore: reviewScore } = like;
  yield { kind: "performance", ...observed, adId: ad.adId, ...unseen, spend7dMicros: 0, reviewScore };
}

function* creativeSignals(
  { embeddings }: Marketplace,
  { creativeId, keywords, category, embedding }: AdDocument,
  { seed, observed }: { readonly seed: number; readonly observed: { version: number; observedAtMs: number } },
): Generator<ContentSignal> {
  const random = randomStream(seed, "creative signals", creativeId);
  const imageUrl = imageUrlOf(seed, creativeId);
  if (imageUrl !== null) yield { ...pictureFacts(random), kind: "image", ...observed, creativeId, imageUrl };
  yield {
    kind: "annotations",
    ...observed,
    creativeId,
    terms: keywords.slice(0, TERMS_MAX),
    language: LANGUAGE,
    confidence: rounded(CONFIDENCE_MIN + (1 - CONFIDENCE_MIN) * random.unit()),
  };
  yield { kind: "interests", ...observed, creativeId, interests: interestsOf(category) };
  const start = embedding.row * EMBEDDING_DIMENSIONS;
  yield {
    kind: "embedding",
    ...observed,
    creativeId,
    space: embedding.version,
    vector: Array.from(embeddings.subarray(start, start + EMBEDDING_DIMENSIONS)),
  };
}

/** `brands/amenity/cafe` and, weaker, `brands/amenity` and `brands`. */
function interestsOf(category: string): { interest: string; affinity: number }[] {
  const parts = category.split("/");
  return parts.map((_, depth) => ({
    interest: parts.slice(0, parts.length - depth).join("/"),
    affinity: PARENT_AFFINITY ** depth,
  }));
}

function pictureFacts(
  random: Random,
): Omit<ImageSignal, "kind" | "version" | "observedAtMs" | "creativeId" | "imageUrl"> {
  const [width, height] = random.pick(PICTURE_SIZES);
  const hex = (digits: number) => random.bits().toString(16).padStart(8, "0").slice(-digits);
  return {
    width,
    height,
    signature: hex(8) + hex(8),
    textShare: rounded(Math.min(1, TEXT_SHARE_MEDIAN * Math.exp(random.normal()))),
    dominantColor: `#${hex(6)}`,
  };
}

function performanceOf(
  { adId, popularity, qualityScore, bid }: AdDocument,
  seed: number,
): Omit<PerformanceSignal, "version" | "observedAtMs"> {
  const random = randomStream(seed, "performance", adId);
  const reach = Math.exp(POPULARITY_EXPONENT * popularity + IMPRESSIONS_SPREAD * random.normal());
  const impressions7d = Math.round(WEEK_IMPRESSIONS_MEDIAN * reach);
  const impressions30d = Math.round(impressions7d * WEEKS_PER_MONTH * (0.8 + 0.4 * random.unit()));
  const clickRate = CLICK_RATE * qualityScore * (0.5 + random.unit());
  const clicks7d = Math.round(impressions7d * clickRate);
  const clicks30d = Math.max(clicks7d, Math.round(impressions30d * clickRate));
  const spend = bid.pays === "perClick" ? clicks7d * bid.bidMicros : (impressions7d * bid.cpmMicros) / 1_000;
  return {
    kind: "performance",
    adId,
    impressions7d,
    clicks7d,
    impressions30d: Math.max(impressions7d, impressions30d),
    clicks30d,
    conversions30d: Math.round(clicks30d * CONVERSION_RATE * random.unit()),
    hides30d: Math.round(impressions30d * HIDE_RATE * (1 - qualityScore) * random.unit()),
    spend7dMicros: Math.round(spend),
    reviewScore: qualityScore,
  };
}

/** Three decimals. */
function rounded(share: number): number {
  return Math.round(1_000 * share) / 1_000;
}
