/** The advertisers' own database: schema, a marketplace in it, its change log, and rows as they are now. */
export * from "./api/index.ts";
export {
  type ChangeLog,
  type ChangePiece,
  deltaPosition,
  type PullOptions,
  type RowDelta,
} from "./changes/change-log.ts";
export { type CreateChangeLogOptions, createChangeLog, dropChangeLog } from "./changes/create-change-log.ts";
export { type ChangeLogOptions, openChangeLog } from "./changes/open-change-log.ts";
export { positionAfterAll, positionStored } from "./changes/source-position.ts";
export { type AdvertiserDayOptions, advertiserDay } from "./edits/advertiser-day.ts";
export { applyEdit } from "./edits/apply-edit.ts";
export type { Edit, EditChange, EditKind, NewAd } from "./edits/edit.ts";
export { loadMarketplace } from "./load/load-marketplace.ts";
export { PROBE_IDS_FROM, probeWrittenAtMs, putProbeAd, removeProbeAd } from "./probe/probe-ad.ts";
export { AdsDatabaseReader, type AdsDatabaseReaderOptions } from "./read/ads-database-reader.ts";
export { type PagesOptions, pages, type ScannedRow } from "./read/pages.ts";
export { forgetDeletedRows } from "./schema/forget-deleted-rows.ts";
export { migrateAdsDatabase } from "./schema/migrate-ads-database.ts";
export { sqlColumn } from "./schema/names.ts";
export { type MarketplaceSignalsOptions, marketplaceSignals, newAdSignals } from "./signals/marketplace-signals.ts";
