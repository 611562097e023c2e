import type { Database, Transaction } from "@tenon/postgres";
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
  /** Statements that were run; empty when all was there. */
  readonly statements: readonly string[];
}

/**
 * Makes the tables of the repository and of the entities, or brings them up to the declarations. One transaction: all or
 * nothing. Each new set of declarations is a version, kept with its layout, by which old change batches stay readable.
 *
 * @throws GraphError TENON1527 for a stored column of another type
 */
export function installRepo(database: Database, entities: readonly AnyEntity[]): Promise<Installed> {
  return database.transaction(async (tx) => {
    await tx.query("select pg_advisory_xact_lock($1)", [INSTALL_LOCK]);
    const system = await systemStatements(tx);
    for (const statement of system) await tx.execute(statement);
    const stored = await storedTables(tx);
    const statements = entities.flatMap((entity) => entityStatements(entity, stored));
    for (const statement of statements) await tx.execute(statement);
    return { schemaVersion: await schemaVersionOf(tx, layoutOf(entities)), statements: [...system, ...statements] };
  });
}

async function systemStatements(tx: Transaction): Promise<readonly string[]> {
  await tx.execute(`create schema if not exists ${SCHEMA}`);
  await tx.execute(`create table if not exists ${SCHEMA}.migration (name text primary key, at timestamptz not null default now())`);
  const done = new Set((await tx.query<{ name: string }>(`select name from ${SCHEMA}.migration`)).map(({ name }) => name));
  const open = SYSTEM_MIGRATIONS.filter(({ name }) => !done.has(name));
  for (const { name } of open) await tx.execute(`insert into ${SCHEMA}.migration (name) values ($1)`, [name]);
  return open.flatMap((migration) => migration.statements);
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
