/**
 * A marketplace: every brand of the catalogue becomes a campaign of its organisation.
 *
 * | real, from the catalogue | seeded |
 * |---|---|
 * | advertisers, brands, categories, descriptions, keywords | campaigns, dates, statuses, reviews |
 * | countries and regions where an ad may be shown | age, gender, device, hour, surface, language targeting |
 * | vectors; neighbouring interests | bids, floors, budgets, frequency caps, quality |
 *
 * Nothing a brand's owner has said or paid is in here.
 */
import {
  type Ad,
  type AdDocument,
  type AdGroup,
  type Advertiser,
  advertiserId,
  type Campaign,
  type Creative,
  strictestStatus,
} from "@tenon/ads-model";
import type { Catalogue, CatalogueBrand } from "./catalogue.ts";
import { EMBEDDING_DIMENSIONS } from "./catalogue-tables.ts";
import { nearestCategories } from "./category-traits.ts";
import { embedBrand } from "./embed.ts";
import {
  adsPerBrand,
  type GeneratedGroup,
  generateCampaign,
  generateGroups,
  reviewStatus,
} from "./generate-brand-ads.ts";
import { generateFloor } from "./generate-money.ts";
import { placeConjunctions, type TargetingSource } from "./generate-targeting.ts";
import { randomStream } from "./random.ts";

/** 2026-09-21T00:00Z, a Monday: "now" of a marketplace unless told otherwise, so that the default is repeatable. */
export const MARKETPLACE_NOW_MS = Date.UTC(2026, 8, 21);

export interface MarketplaceOptions {
  /** 32-bit integer; the same seed gives the same rows. */
  readonly seed: number;
  /** At most this many ads. A smaller marketplace is a part of the larger one of the same seed. Default: all, about 50,000. */
  readonly adsMax?: number;
  /** Campaign dates lie around this instant. Default `MARKETPLACE_NOW_MS`. */
  readonly nowMs?: number;
}

export interface Marketplace {
  /** Ascending by id, as are all lists. Organisations of the catalogue that have an ad here. */
  readonly advertisers: readonly Advertiser[];
  readonly campaigns: readonly Campaign[];
  readonly adGroups: readonly AdGroup[];
  readonly ads: readonly Ad[];
  readonly creatives: readonly Creative[];
  /** One per ad: the rows above, joined. */
  readonly documents: readonly AdDocument[];
  /** `documents.length` rows of `EMBEDDING_DIMENSIONS`, length 1 each; row n belongs to `documents[n]`. */
  readonly embeddings: Float32Array;
}

/** Deterministic in (catalogue version, options); all ads take about a second. */
export function generateMarketplace(
  catalogue: Catalogue,
  { seed, adsMax = Number.POSITIVE_INFINITY, nowMs = MARKETPLACE_NOW_MS }: MarketplaceOptions,
): Marketplace {
  const source: TargetingSource = {
    catalogue,
    nearestCategories: nearestCategories(catalogue, 8),
    placesOf: placeConjunctions(),
  };
  const advertisers = new Map<number, Advertiser>();
  const rows = { campaigns: [] as Campaign[], adGroups: [] as AdGroup[], ads: [] as Ad[], creatives: [] as Creative[] };
  const documents: AdDocument[] = [];
  const documentBrands: number[] = [];

  const firstBrands = firstBrandOfOrganisation(catalogue);

  for (const [row, adsAllowed] of chooseBrands(catalogue, seed, adsMax)) {
    const brand = at(catalogue.brands, row);
    const { popularity } = at(catalogue.organisations, brand.organisation);
    const advertiser =
      advertisers.get(brand.organisation) ?? generateAdvertiser(catalogue, at(firstBrands, brand.organisation), seed);
    advertisers.set(brand.organisation, advertiser);
    const campaign = generateCampaign(brand, { row, seed, nowMs, popularity });
    const category = at(catalogue.categories, brand.category).path;
    const join = { advertiser, campaign, brand, category, popularity, seed, nowMs, version: catalogue.version };
    let room = adsAllowed;
    rows.campaigns.push(campaign);
    for (const group of generateGroups(source, brand, campaign, { row, seed, popularity })) {
      if (room === 0) break;
      rows.adGroups.push(group.adGroup);
      for (const served of group.ads.slice(0, room)) {
        room--;
        rows.ads.push(served.ad);
        rows.creatives.push(served.creative);
        documents.push(joinDocument(join, group, served, documents.length));
        documentBrands.push(row);
      }
    }
  }
  return {
    advertisers: [...advertisers.values()].sort((left, right) => left.advertiserId - right.advertiserId),
    ...rows,
    documents,
    embeddings: embedDocuments(catalogue, documentBrands),
  };
}

/**
 * Rows of the brands that advertise, ascending, each with its number of ads. A sample in which a brand's chance grows with the
 * square of its popularity, by Efraimidis and Spirakis (2006): the key of a brand depends on nothing but the brand, which makes
 * smaller samples parts of larger ones.
 */
function chooseBrands(catalogue: Catalogue, seed: number, adsMax: number): [row: number, ads: number][] {
  const popularities = catalogue.brands.map(({ organisation }) => at(catalogue.organisations, organisation).popularity);
  const keys = Float64Array.from(
    popularities,
    (popularity, row) => Math.log(1 - randomStream(seed, "brand", row).unit()) / (0.01 + popularity * popularity),
  );
  const byKey = popularities
    .map((_, row) => row)
    .sort((left, right) => (keys[right] ?? 0) - (keys[left] ?? 0) || left - right);
  const chosen: [number, number][] = [];
  let room = adsMax;
  for (const row of byKey) {
    if (room === 0) break;
    const ads = Math.min(room, adsPerBrand(popularities[row] ?? 0));
    chosen.push([row, ads]);
    room -= ads;
  }
  return chosen.sort(([left], [right]) => left - right);
}

/** The brand an organisation is named after, whichever of its brands advertise. */
function firstBrandOfOrganisation({ brands, organisations }: Catalogue): CatalogueBrand[] {
  const first: CatalogueBrand[] = new Array(organisations.length);
  for (const brand of brands) first[brand.organisation] ??= brand;
  return first;
}

function generateAdvertiser(catalogue: Catalogue, brand: CatalogueBrand, seed: number): Advertiser {
  const random = randomStream(seed, "advertiser", brand.organisation);
  return {
    advertiserId: advertiserId(brand.organisation + 1),
    brand: brand.name.slice(0, 200),
    category: at(catalogue.categories, brand.category).path,
    status: random.chance(0.99) ? "active" : "paused",
    policyReview: reviewStatus(random),
  };
}

function joinDocument(
  join: {
    advertiser: Advertiser;
    campaign: Campaign;
    brand: CatalogueBrand;
    category: string;
    popularity: number;
    seed: number;
    nowMs: number;
    version: string;
  },
  { adGroup }: GeneratedGroup,
  { ad, creative }: GeneratedGroup["ads"][number],
  row: number,
): AdDocument {
  const { advertiser, campaign, brand, category, popularity, seed, nowMs, version } = join;
  const random = randomStream(seed, "document", ad.adId);
  return {
    adId: ad.adId,
    adGroupId: adGroup.adGroupId,
    campaignId: campaign.campaignId,
    advertiserId: advertiser.advertiserId,
    creativeId: creative.creativeId,
    version: 1,
    updatedAtMs: nowMs - random.below(30 * 86_400_000),
    status: strictestStatus([ad.status, adGroup.status, campaign.status, advertiser.status]),
    creativeReview: creative.review,
    policyReview: advertiser.policyReview,
    schedule: campaign.schedule,
    targeting: adGroup.targeting,
    keywords: ad.keywords,
    category,
    embedding: { version, row },
    objective: campaign.objective,
    bid: adGroup.bid,
    floorMicros: generateFloor(category, random),
    budget: campaign.budget,
    frequencyCaps: campaign.frequencyCaps,
    qualityScore: Math.min(1, Math.max(0.1, Math.round((0.7 + 0.15 * random.normal()) * 1_000) / 1_000)),
    popularity,
    brand: brand.name.slice(0, 200),
    title: creative.title,
    body: creative.body,
    landingUrl: creative.landingUrl,
  };
}

function embedDocuments(catalogue: Catalogue, brands: readonly number[]): Float32Array {
  const embeddings = new Float32Array(brands.length * EMBEDDING_DIMENSIONS);
  brands.forEach((brand, row) => {
    embedBrand(
      catalogue,
      at(catalogue.brands, brand),
      embeddings.subarray(row * EMBEDDING_DIMENSIONS, (row + 1) * EMBEDDING_DIMENSIONS),
    );
  });
  return embeddings;
}

function at<Value>(values: readonly Value[], row: number): Value {
  const value = values[row];
  if (value === undefined)
    throw new RangeError(`row ${row} is not in the catalogue; use the catalogue that made the row`);
  return value;
}
