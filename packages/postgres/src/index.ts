export type {
  Connection,
  Database,
  Isolation,
  Queryable,
  Statement,
  Transaction,
  TransactionOptions,
} from "./database/database.ts";
export { type DatabaseOptions, openDatabase } from "./database/open-database.ts";
export { redactUrl } from "./database/redact-url.ts";
export { sqlStateOf } from "./database/sql-state.ts";
export { type EmbeddedOptions, type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded/embedded.ts";
