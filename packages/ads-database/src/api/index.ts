/** What others may know of the advertisers' database without connecting to it. */
export type {
  AnnotationsSignal,
  BrandSignal,
  ContentSignal,
  EmbeddingSignal,
  ImageSignal,
  InterestsSignal,
  PerformanceSignal,
} from "./content-signal.ts";
export type { CurrentRow, CurrentRows, RowKey } from "./current-row.ts";
export {
  ADS_TABLES,
  ADVERTISER_TIERS,
  type AdGroupRow,
  type AdRow,
  type AdsRows,
  type AdsTable,
  type AdvertiserRow,
  type AdvertiserTier,
  adsTables,
  type BudgetRow,
  type CampaignRow,
  type CreativeRow,
  isAdsTable,
  type TableFacts,
  type TargetingRow,
} from "./tables.ts";
