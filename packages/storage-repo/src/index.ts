export * from "./api/index.ts";
export { PostgresCursors } from "./feed/cursor-store.ts";
export { type FeedIdentity, readIdentity } from "./feed/feed-identity.ts";
export { Heartbeat } from "./feed/heartbeat.ts";
export { PostgresFeed, type PostgresFeedOptions } from "./feed/postgres-feed.ts";
export { lastSequence } from "./feed/settled.ts";
export { dropBaseSlots } from "./feed/slot-admin.ts";
export { exportHistory, type HistoryRange } from "./history/export-history.ts";
export { type BaseState, History, type HistoryNeed, type HistoryPartition } from "./history/history.ts";
export { COMMITS_SEARCHED_MAX, commitTimes, type WrittenGroup } from "./operate/commit-times.ts";
export {
  BEHIND_MAX,
  type EntityRows,
  entityRows,
  type FeedConsumer,
  feedConsumers,
  type HistoryState,
  hasRepo,
  historyState,
  type SlotState,
} from "./operate/repo-state.ts";
export { type GroupState, type RowState, rowState } from "./operate/row-state.ts";
export type { AdminTransaction } from "./postgres/admin.ts";
export { CommonDialect } from "./postgres/common-dialect.ts";
export type { BatchRecord, Dialect, DroppedWrite } from "./postgres/dialect.ts";
export { requireIndexPlans, wholeTableScans } from "./postgres/index-plan.ts";
export { type Installed, installRepo } from "./postgres/install.ts";
export { LockFirstDialect } from "./postgres/lock-first-dialect.ts";
export { type OpenRepoOptions, openRepo } from "./postgres/open-repo.ts";
export { PostgresRepo, type PostgresRepoOptions } from "./postgres/postgres-repo.ts";
export { ReturningDialect } from "./postgres/returning-dialect.ts";
export { collectTombstones, type Tombstone, tombstonesOf } from "./postgres/tombstones.ts";
export { type BaseOptions, type BaseSnapshot, joinBase, withBase } from "./snapshot/base-snapshot.ts";
export { type ExportedRows, exportRows } from "./snapshot/export-rows.ts";
export { type ParquetColumn, ParquetFile, type ParquetType } from "./snapshot/parquet-file.ts";
export {
  belongsToDelta,
  deltaCursor,
  type Watermark,
  watermarkFromJson,
  watermarkToJson,
} from "./snapshot/watermark.ts";
