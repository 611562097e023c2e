import { type Database, migrate, type Transaction } from "@tenon/postgres";
import type { AnyEntity } from "../api/entity.ts";
import { type Layout, layoutOf } from "../api/layout.ts";
import { entityStatements, type StoredTables } from "./entity-schema.ts";
import { SCHEMA } from "./names.ts";
import { SYSTEM_MIGRATIONS } from "./system-schema.ts";

/** Any number that nobody else takes: two installers at once wait for each other. */
const INSTALL_LOCK = 1_520_001n;

export interface Installed {
  /** Layout that change batches are written with from now on. */
  readonly schemaVersion: number;
  /** Statements that were run on entities' tables; only those that find out by themselves when all was there. */
  readonly statements: readonly string[];
}

/**
 * Makes the tables of the repository and of the entities, or brings them up to the declarations: adds and renames, never drops
 * or changes a type. Each new set of declarations is a version, kept with its layout, by which old change batches stay
 * readable.
 *
 * @throws GraphError TENON1527 for a stored column of another type; as `migrate` of @tenon/postgres
 */
export async function installRepo(database: Database, entities: readonly AnyEntity[]): Promise<Installed> {
  await migrate(database, SYSTEM_MIGRATIONS);
  return database.transaction(async (tx) => {
    await tx.query("select pg_advisory_xact_lock($1)", [INSTALL_LOCK]);
    const stored = await storedTables(tx);
    const statements = entities.flatMap((entity) => entityStatements(entity, stored));
    for (const statement of statements) await tx.execute(statement);
    return { schemaVersion: await schemaVersionOf(tx, layoutOf(entities)), statements };
  });
}

async function storedTables(tx: Transaction): Promise<StoredTables> {
  const rows = await tx.query<{ table: string; column: string; type: string }>(
    `select c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type
     from pg_attribute a join pg_class c on c.oid = a.attrelid
     where c.relnamespace = '${SCHEMA}'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped`,
  );
  const tables = new Map<string, Map<string, string>>();
  for (const { table, column, type } of rows) {
    const columns = tables.get(table) ?? new Map<string, string>();
    tables.set(table, columns.set(column, type));
  }
  return tables;
}

async function schemaVersionOf(tx: Transaction, layout: Layout): Promise<number> {
  const text = JSON.stringify(layout);
  const rows = await tx.query<{ schema_v: number; layout: string }>(
    `select schema_v, layout::text as layout from ${SCHEMA}.change_layout order by schema_v`,
  );
  const known = rows.find((row) => row.layout === text);
  if (known !== undefined) return known.schema_v;
  const schemaVersion = (rows.at(-1)?.schema_v ?? 0) + 1;
  await tx.execute(`insert into ${SCHEMA}.change_layout (schema_v, layout) values ($1, $2)`, [schemaVersion, text]);
  return schemaVersion;
}
