export type {
  Connection,
  Database,
  Isolation,
  PlainValue,
  Queryable,
  ServerText,
  Statement,
  Transaction,
  TransactionOptions,
} from "./database/database.ts";
export { type DatabaseOptions, openDatabase } from "./database/open-database.ts";
export { redactUrl } from "./database/redact-url.ts";
export { sqlStateOf } from "./database/sql-state.ts";
export { bytesOfText } from "./database/values.ts";
export { type EmbeddedOptions, type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded/embedded.ts";
export { type FindOptions, type FoundPostgres, findPostgres } from "./embedded/find-postgres.ts";
export type { ServerExit } from "./embedded/keeper/server-process.ts";
export { type Migrated, type Migration, type Migrations, migrate } from "./migrate/migrate.ts";
export { type Presence, presenceEnded, presenceOf } from "./presence/presence.ts";
