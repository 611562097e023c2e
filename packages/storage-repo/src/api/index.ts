export type { ChangeBatch, ChangeKind, MappingValues, RowChange } from "./change.ts";
export type {
  ChangeFeed,
  ClaimedCursor,
  CursorStore,
  FeedCursor,
  FeedOptions,
  FeedPull,
  FeedPullOptions,
  FeedReader,
  PollCursor,
  SlotCursor,
} from "./change-feed.ts";
export type {
  AnyEntity,
  BlobDeclaration,
  ColumnsOf,
  DataClass,
  Entity,
  EntityColumn,
  EntityGroup,
  EntityOptions,
  GroupDeclaration,
  Key,
  KeyOf,
} from "./entity.ts";
export { entity } from "./entity.ts";
export { COLUMNS_MAX } from "./entity-declaration.ts";
export { type Lane, laneOfClass } from "./lane.ts";
export { columnsOfMask, joinMasks, maskOf, masksMeet } from "./mask.ts";
export { type AnyRead, type Read, type RepoRow, type RowOf, read } from "./read.ts";
export type {
  BulkOptions,
  BulkResult,
  Repo,
  RepoTransaction,
  RepoTransactionOptions,
  Snapshot,
  VersionConflict,
  WriteOptions,
  WriteResult,
} from "./repo.ts";
export { CONFLICTS_MAX, ROWS_MAX } from "./repo.ts";
export { VERSION_MAX, versionOf } from "./version.ts";
export {
  type EntityWrites,
  type GroupWrite,
  type PresenceWrite,
  WRITES_MAX,
  type WriteSet,
  type WriteSetOf,
  writeSetSchema,
} from "./write-set.ts";
export { WriteSetBuilder } from "./write-set-builder.ts";
