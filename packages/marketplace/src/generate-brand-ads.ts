/** The rows of one brand: its campaign, one or two ad groups, and their ads. */
import {
  type Ad,
  type AdGroup,
  adGroupId,
  adId,
  advertiserId,
  type Campaign,
  type Creative,
  campaignId,
  creativeId,
  type EntityStatus,
  type ReviewStatus,
} from "@tenon/ads-model";
import type { CatalogueBrand } from "./catalogue.ts";
import { generateBid, generateBudget, generateFrequencyCaps } from "./generate-money.ts";
import { generateTargeting, type TargetingSource } from "./generate-targeting.ts";
import { type Random, randomStream } from "./random.ts";
import { wordsOf } from "./words.ts";

/** Ids leave room for this many per brand, so that a brand's ids never depend on other brands. */
export const AD_GROUPS_PER_BRAND_MAX = 2;
export const ADS_PER_GROUP_MAX = 2;
/** Brands above these popularities run a second ad in their group, and a second group on price per impressions. */
const SECOND_AD_POPULARITY = 0.4;
const SECOND_GROUP_POPULARITY = 0.6;
/** Ads per brand, over its groups; the order in which they are cut when a marketplace is full. */
export function adsPerBrand(popularity: number): number {
  return 1 + Number(popularity > SECOND_AD_POPULARITY) + Number(popularity > SECOND_GROUP_POPULARITY);
}

const KEYWORDS_MAX = 24;
const DAY_MS = 86_400_000;

/** Everything an ad needs, from ad group down. */
export interface GeneratedGroup {
  readonly adGroup: AdGroup;
  readonly ads: readonly { readonly ad: Ad; readonly creative: Creative }[];
}

export function generateCampaign(
  brand: CatalogueBrand,
  context: { row: number; seed: number; nowMs: number; popularity: number },
): Campaign {
  const random = randomStream(context.seed, "campaign", context.row);
  const days = 14 + random.below(77);
  const startAtMs = context.nowMs + (random.chance(0.03) ? 1 + random.below(7) : -random.below(days)) * DAY_MS;
  return {
    campaignId: campaignId(context.row + 1),
    advertiserId: advertiserId(brand.organisation + 1),
    name: `${brand.name.slice(0, 180)} ${context.row + 1}`,
    objective: random.chance(0.85) ? "clicks" : "awareness",
    status: entityStatus(random),
    schedule: { startAtMs, endAtMs: random.chance(0.3) ? null : startAtMs + days * DAY_MS },
    budget: generateBudget(context.popularity, days, random),
    frequencyCaps: generateFrequencyCaps(random),
  };
}

export function generateGroups(
  source: TargetingSource,
  brand: CatalogueBrand,
  campaign: Campaign,
  context: { row: number; seed: number; popularity: number },
): GeneratedGroup[] {
  const groups = context.popularity > SECOND_GROUP_POPULARITY ? 2 : 1;
  const keywords = keywordsOf(source, brand);
  return Array.from({ length: groups }, (_, group) => {
    const groupRow = context.row * AD_GROUPS_PER_BRAND_MAX + group;
    const random = randomStream(context.seed, "ad group", groupRow);
    const adGroup: AdGroup = {
      adGroupId: adGroupId(groupRow + 1),
      campaignId: campaign.campaignId,
      status: entityStatus(random),
      bid: generateBid(
        group === 0 ? campaign.objective : "awareness",
        source.catalogue.categories[brand.category]?.path ?? "",
        random,
      ),
      targeting: generateTargeting(source, brand, keywords, random),
    };
    const ads = group === 0 && context.popularity > SECOND_AD_POPULARITY ? 2 : 1;
    return {
      adGroup,
      ads: Array.from({ length: ads }, (_, ad) =>
        generateAd(source, brand, adGroup, keywords, { ...context, adRow: groupRow * ADS_PER_GROUP_MAX + ad }),
      ),
    };
  });
}

function generateAd(
  { catalogue }: TargetingSource,
  brand: CatalogueBrand,
  { adGroupId: group }: AdGroup,
  keywords: readonly string[],
  { seed, adRow }: { seed: number; adRow: number },
) {
  const random = randomStream(seed, "ad", adRow);
  const category = catalogue.categories[brand.category]?.name ?? "";
  const id = adRow + 1;
  const ad: Ad = {
    adId: adId(id),
    adGroupId: group,
    creativeId: creativeId(id),
    status: entityStatus(random),
    keywords,
  };
  const creative: Creative = {
    creativeId: creativeId(id),
    title: random.pick([`${brand.name}`, `${brand.name}: ${category}`, `Discover ${brand.name}`]).slice(0, 200),
    body: catalogue.organisations[brand.organisation]?.description ?? "",
    // A reserved domain: a made-up ad must not send anybody to the real brand.
    landingUrl: `https://brands.example/${brand.key}`,
    review: reviewStatus(random),
  };
  return { ad, creative };
}

/** Name first, then category, then the rest. */
function keywordsOf({ catalogue }: TargetingSource, brand: CatalogueBrand): string[] {
  const category = catalogue.categories[brand.category]?.name ?? "";
  return [...new Set([...wordsOf(brand.name), ...wordsOf(category), ...brand.extraWords])].slice(0, KEYWORDS_MAX);
}

/** A market in which everything is active would never exercise the filters. */
function entityStatus(random: Random): EntityStatus {
  const draw = random.unit();
  return draw < 0.97 ? "active" : draw < 0.995 ? "paused" : "archived";
}

export function reviewStatus(random: Random): ReviewStatus {
  const draw = random.unit();
  return draw < 0.97 ? "approved" : draw < 0.99 ? "pending" : "rejected";
}
