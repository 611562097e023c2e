/** The advertisers' own database: schema, a marketplace in it, its change log, and rows as they are now. */
export * from "./api/index.ts";
export { loadMarketplace } from "./load/load-marketplace.ts";
export { AdsDatabaseReader, type AdsDatabaseReaderOptions } from "./read/ads-database-reader.ts";
export { type PagesOptions, pages, type ScannedRow } from "./read/pages.ts";
export { migrateAdsDatabase } from "./schema/migrate-ads-database.ts";
export { type MarketplaceSignalsOptions, marketplaceSignals } from "./signals/marketplace-signals.ts";
