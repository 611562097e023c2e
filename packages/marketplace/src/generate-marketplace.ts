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
} from "@tenon/ads-model";
import type { Catalogue, CatalogueBrand } from "./catalogue.ts";
import { EMBEDDING_DIMENSIONS } from "./catalogue-tables.ts";
import { nearestCategories } from "./category-traits.ts";
import { chooseBrands, firstBrandOfOrganisation } from "./choose-brands.ts";
import { embedBrand } from "./embed.ts";
import { generateCampaign, generateGroups, reviewStatus } from "./generate-brand-ads.ts";
import { placeConjunctions, type TargetingSource } from "./generate-targeting.ts";
import { joinDocument } from "./join-document.ts";
import { randomStream } from "./random.ts";
import { rowOf } from "./row-of.ts";

/** 2026-09-21T00:00Z, a Monday: "now" of a marketplace unless told otherwise, so that the default is repeatable. */
export const MARKETPLACE_NOW_MS = Date.UTC(2026, 8, 21);

/** Neighbours of a category that its ads may target as interests. */
const INTERESTS_NEAR = 8;
/** A brand's bound in the ads model. */
const NAME_CHARACTERS_MAX = 200;

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

/** Deterministic in (catalogue version, options); all ads take one to two seconds. */
export function generateMarketplace(
  catalogue: Catalogue,
  { seed, adsMax = Number.POSITIVE_INFINITY, nowMs = MARKETPLACE_NOW_MS }: MarketplaceOptions,
): Marketplace {
  const source: TargetingSource = {
    catalogue,
    nearestCategories: nearestCategories(catalogue, INTERESTS_NEAR),
    placesOf: placeConjunctions(),
  };
  const firstBrands = firstBrandOfOrganisation(catalogue);
  const advertisers = new Map<number, Advertiser>();
  const rows = {
    campaigns: [] as Campaign[],
    adGroups: [] as AdGroup[],
    ads: [] as Ad[],
    creatives: [] as Creative[],
    documents: [] as AdDocument[],
  };
  const documentBrands: CatalogueBrand[] = [];

  for (const [row, adsAllowed] of chooseBrands(catalogue, seed, adsMax)) {
    const brand = rowOf(catalogue.brands, row);
    const { popularity } = rowOf(catalogue.organisations, brand.organisation);
    const advertiser =
      advertisers.get(brand.organisation) ??
      generateAdvertiser(catalogue, rowOf(firstBrands, brand.organisation), seed);
    const campaign = generateCampaign(brand, { row, seed, nowMs, popularity });
    advertisers.set(brand.organisation, advertiser);
    rows.campaigns.push(campaign);

    const facts = {
      brand: nameOf(brand),
      category: rowOf(catalogue.categories, brand.category).path,
      popularity,
      seed,
      nowMs,
    };
    let room = adsAllowed;
    for (const { adGroup, ads } of generateGroups(source, brand, campaign, { row, seed, popularity })) {
      if (room === 0) break;
      rows.adGroups.push(adGroup);
      for (const { ad, creative } of ads.slice(0, room)) {
        room--;
        const embedding = { version: catalogue.version, row: rows.documents.length };
        rows.ads.push(ad);
        rows.creatives.push(creative);
        rows.documents.push(joinDocument({ advertiser, campaign, adGroup, ad, creative }, { ...facts, embedding }));
        documentBrands.push(brand);
      }
    }
  }
  return {
    advertisers: [...advertisers.values()].sort((left, right) => left.advertiserId - right.advertiserId),
    ...rows,
    embeddings: embedDocuments(catalogue, documentBrands),
  };
}

function generateAdvertiser(catalogue: Catalogue, brand: CatalogueBrand, seed: number): Advertiser {
  const random = randomStream(seed, "advertiser", brand.organisation);
  return {
    advertiserId: advertiserId(brand.organisation + 1),
    brand: nameOf(brand),
    category: rowOf(catalogue.categories, brand.category).path,
    status: random.chance(0.99) ? "active" : "paused",
    policyReview: reviewStatus(random),
  };
}

/** One row per document; documents of one brand follow one another and share its vector. */
function embedDocuments(catalogue: Catalogue, brands: readonly CatalogueBrand[]): Float32Array {
  const embeddings = new Float32Array(brands.length * EMBEDDING_DIMENSIONS);
  brands.forEach((brand, row) => {
    const start = row * EMBEDDING_DIMENSIONS;
    if (brand === brands[row - 1]) embeddings.copyWithin(start, start - EMBEDDING_DIMENSIONS, start);
    else embedBrand(catalogue, brand, embeddings.subarray(start, start + EMBEDDING_DIMENSIONS));
  });
  return embeddings;
}

function nameOf({ name }: CatalogueBrand): string {
  return name.slice(0, NAME_CHARACTERS_MAX);
}
