/** The tables of the advertisers' database, as data and as types: column names in camel case here, in snake case in SQL. */
import type {
  EntityStatus,
  FrequencyCap,
  Objective,
  PacingMode,
  ReviewStatus,
  TargetingExpression,
} from "@tenon/ads-model";

export interface AdvertiserRow {
  readonly advertiserId: number;
  readonly brand: string;
  /** Category path. */
  readonly category: string;
  /** ISO 3166-1 alpha-2 of the account; null: not told. */
  readonly country: string | null;
  readonly tier: AdvertiserTier;
  readonly status: EntityStatus;
  readonly policyReview: ReviewStatus;
  readonly registeredAtMs: number;
}

/** How an account is served by people; the larger, the more. */
export const ADVERTISER_TIERS = ["self_service", "managed", "strategic"] as const;
export type AdvertiserTier = (typeof ADVERTISER_TIERS)[number];

export interface CampaignRow {
  readonly campaignId: number;
  readonly advertiserId: number;
  readonly name: string;
  /** What is advertised: an advertiser may own several brands. */
  readonly brand: string;
  readonly category: string;
  readonly objective: Objective;
  readonly status: EntityStatus;
  readonly startAtMs: number;
  /** Null: without end. */
  readonly endAtMs: number | null;
  readonly frequencyCaps: readonly FrequencyCap[];
}

/** Part of a campaign: goes with it. */
export interface BudgetRow {
  readonly campaignId: number;
  readonly lifetimeCapMicros: number;
  /** Null together with `overdeliveryRatioMax`: only the lifetime counts. */
  readonly dailyCapMicros: number | null;
  readonly overdeliveryRatioMax: number | null;
  readonly pacing: PacingMode;
}

export interface AdGroupRow {
  readonly adGroupId: number;
  readonly campaignId: number;
  readonly status: EntityStatus;
  readonly bidPays: "perClick" | "perThousandImpressions";
  readonly bidAmountMicros: number;
}

/** Part of an ad group: goes with it. */
export interface TargetingRow {
  readonly adGroupId: number;
  readonly expression: TargetingExpression;
}

export interface AdRow {
  readonly adId: number;
  readonly adGroupId: number;
  readonly creativeId: number;
  readonly status: EntityStatus;
  readonly keywords: readonly string[];
  readonly floorMicros: number;
}

export interface CreativeRow {
  readonly creativeId: number;
  readonly title: string;
  readonly body: string;
  readonly landingUrl: string;
  readonly imageUrl: string | null;
  readonly review: ReviewStatus;
}

export interface AdsRows {
  readonly advertisers: AdvertiserRow;
  readonly campaigns: CampaignRow;
  readonly budgets: BudgetRow;
  readonly ad_groups: AdGroupRow;
  readonly targeting: TargetingRow;
  readonly creatives: CreativeRow;
  readonly ads: AdRow;
}
export type AdsTable = keyof AdsRows;

export interface TableFacts<Table extends AdsTable> {
  /** The primary key: one column, an id of the ads model. */
  readonly key: keyof AdsRows[Table] & string;
  /** Every column but `rowVersion` and `updatedAtMs`, which the database sets. */
  readonly columns: readonly (keyof AdsRows[Table] & string)[];
}

/** Parents before children, so that rows can be written in this order and removed in the other. */
export const adsTables: { readonly [Table in AdsTable]: TableFacts<Table> } = {
  advertisers: {
    key: "advertiserId",
    columns: ["advertiserId", "brand", "category", "country", "tier", "status", "policyReview", "registeredAtMs"],
  },
  campaigns: {
    key: "campaignId",
    columns: [
      "campaignId",
      "advertiserId",
      "name",
      "brand",
      "category",
      "objective",
      "status",
      "startAtMs",
      "endAtMs",
      "frequencyCaps",
    ],
  },
  budgets: {
    key: "campaignId",
    columns: ["campaignId", "lifetimeCapMicros", "dailyCapMicros", "overdeliveryRatioMax", "pacing"],
  },
  ad_groups: { key: "adGroupId", columns: ["adGroupId", "campaignId", "status", "bidPays", "bidAmountMicros"] },
  targeting: { key: "adGroupId", columns: ["adGroupId", "expression"] },
  creatives: { key: "creativeId", columns: ["creativeId", "title", "body", "landingUrl", "imageUrl", "review"] },
  ads: { key: "adId", columns: ["adId", "adGroupId", "creativeId", "status", "keywords", "floorMicros"] },
};

export const ADS_TABLES = Object.keys(adsTables) as readonly AdsTable[];

export function isAdsTable(name: string): name is AdsTable {
  return Object.hasOwn(adsTables, name);
}
