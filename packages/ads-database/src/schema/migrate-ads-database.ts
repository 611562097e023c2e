import { type Database, type Migrated, migrate } from "@tenon/postgres";
import { changes } from "./changes.ts";
import { tables } from "./tables.ts";

/**
 * Brings the schema `ads` to this code's version: tables, versions, publication.
 *
 * @throws GraphError as `migrate` of @tenon/postgres
 */
export function migrateAdsDatabase(database: Database): Promise<Migrated> {
  return migrate(database, { component: "ads-database", steps: [tables, changes] });
}
