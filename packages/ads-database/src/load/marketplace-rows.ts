import type { AdDocument, Advertiser, Bid, Budget, Campaign, Creative } from "@tenon/ads-model";
import { type Marketplace, randomStream } from "@tenon/marketplace";
import type {
  AdGroupRow,
  AdsRows,
  AdsTable,
  AdvertiserRow,
  AdvertiserTier,
  BudgetRow,
  CampaignRow,
  CreativeRow,
} from "../api/tables.ts";

const DAY_MS = 86_400_000;
/** Accounts are up to five years old. */
const ACCOUNT_DAYS_MAX = 5 * 365;
/** Brands above these popularities have people of their own at the seller. */
const MANAGED_POPULARITY = 0.4;
const STRATEGIC_POPULARITY = 0.7;
/** The rest are ads of words alone. */
const IMAGE_SHARE = 0.92;

export interface SeededOptions {
  readonly seed: number;
  readonly nowMs: number;
}

/**
 * The rows of every table, lazily, ascending by key.
 *
 * What the marketplace does not have: an account's country is null, its tier follows its brand's popularity, its age and
 * whether a creative has a picture are drawn from the seed.
 */
export function marketplaceRows(
  { advertisers, campaigns, adGroups, ads, creatives, documents }: Marketplace,
  options: SeededOptions,
): { readonly [Table in AdsTable]: Iterable<AdsRows[Table]> } {
  const ofAd = firstBy(documents, ({ adId }) => adId);
  const ofCampaign = firstBy(documents, ({ campaignId }) => campaignId);
  const ofAdvertiser = firstBy(documents, ({ advertiserId }) => advertiserId);
  return {
    advertisers: lazily(advertisers, (advertiser) =>
      advertiserRow(advertiser, found(ofAdvertiser, advertiser.advertiserId), options),
    ),
    campaigns: lazily(campaigns, (campaign) => campaignRow(campaign, found(ofCampaign, campaign.campaignId))),
    budgets: lazily(campaigns, ({ campaignId, budget }) => budgetRow(campaignId, budget)),
    ad_groups: lazily(adGroups, ({ adGroupId, campaignId, status, bid }) => ({
      adGroupId,
      campaignId,
      status,
      ...bidColumns(bid),
    })),
    targeting: lazily(adGroups, ({ adGroupId, targeting }) => ({ adGroupId, expression: targeting })),
    creatives: lazily(creatives, (creative) => creativeRow(creative, options.seed)),
    ads: lazily(ads, (ad) => ({ ...ad, floorMicros: found(ofAd, ad.adId).floorMicros })),
  };
}

function advertiserRow(
  { advertiserId, brand, category, status, policyReview }: Advertiser,
  { popularity }: AdDocument,
  { seed, nowMs }: SeededOptions,
): AdvertiserRow {
  const random = randomStream(seed, "account", advertiserId);
  return {
    advertiserId,
    brand,
    category,
    country: null,
    tier: tierOf(popularity),
    status,
    policyReview,
    registeredAtMs: nowMs - (1 + random.below(ACCOUNT_DAYS_MAX)) * DAY_MS,
  };
}

function tierOf(popularity: number): AdvertiserTier {
  if (popularity > STRATEGIC_POPULARITY) return "strategic";
  return popularity > MANAGED_POPULARITY ? "managed" : "self_service";
}

function campaignRow(campaign: Campaign, { brand, category }: AdDocument): CampaignRow {
  const { campaignId, advertiserId, name, objective, status, schedule, frequencyCaps } = campaign;
  return { campaignId, advertiserId, name, brand, category, objective, status, ...schedule, frequencyCaps };
}

export function budgetRow(campaignId: number, { lifetime, daily, pacing }: Budget): BudgetRow {
  return {
    campaignId,
    lifetimeCapMicros: lifetime.capMicros,
    dailyCapMicros: daily?.capMicros ?? null,
    overdeliveryRatioMax: daily?.overdeliveryRatioMax ?? null,
    pacing,
  };
}

export function bidColumns(bid: Bid): Pick<AdGroupRow, "bidPays" | "bidAmountMicros"> {
  return { bidPays: bid.pays, bidAmountMicros: bid.pays === "perClick" ? bid.bidMicros : bid.cpmMicros };
}

function creativeRow(creative: Creative, seed: number): CreativeRow {
  return { ...creative, imageUrl: imageUrlOf(seed, creative.creativeId) };
}

/** A picture's address on a reserved domain, or null for an ad of words alone. */
export function imageUrlOf(seed: number, creativeId: number): string | null {
  return randomStream(seed, "picture", creativeId).chance(IMAGE_SHARE)
    ? `https://images.brands.example/${creativeId}.jpg`
    : null;
}

export function firstBy<Value>(values: readonly Value[], keyOf: (value: Value) => number): ReadonlyMap<number, Value> {
  const first = new Map<number, Value>();
  for (const value of values) if (!first.has(keyOf(value))) first.set(keyOf(value), value);
  return first;
}

/** @throws RangeError for rows of two marketplaces */
function found(documents: ReadonlyMap<number, AdDocument>, id: number): AdDocument {
  const document = documents.get(id);
  if (document === undefined) throw new RangeError(`no document of the marketplace holds row ${id}; pass it whole`);
  return document;
}

function* lazily<From, To>(values: readonly From[], toRow: (value: From) => To): Generator<To> {
  for (const value of values) yield toRow(value);
}
