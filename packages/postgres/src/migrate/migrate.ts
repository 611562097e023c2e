import { createHash } from "node:crypto";
import { GraphError } from "@tenon/graph-core";
import type { Connection, Database } from "../database/database.ts";
import { badOption, messageOf } from "../database/errors.ts";

/** A starter waits this long for another one that migrates; large tables take minutes. */
const LOCK_MS_MAX = 15 * 60_000;
/** One lock for all components: their migrations may touch the same tables. The number only has to be ours. */
const LOCK_KEY = 7_403_211_509;

export interface Migration {
  /** 1, 2, 3 … without gaps. */
  readonly version: number;
  /** Says what it does: "add the outbox". */
  readonly name: string;
  /** Statements, run in one transaction. Never edited once it has run anywhere: a new migration follows it. */
  readonly text: string;
}

export interface Migrations {
  /** Whose tables these are; several components share a database. */
  readonly component: string;
  readonly steps: readonly Migration[];
}

export interface Migrated {
  /** Version the component is at now; 0 without any migration. */
  readonly version: number;
  /** What this call ran; empty when everything had run before. */
  readonly applied: readonly number[];
}

interface AppliedRow {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
}

/**
 * Brings a component's tables to the version of the code. Each migration runs once, in a transaction with the record of
 * it, so a crash leaves whole migrations only. Processes that start together wait for one another.
 *
 * @throws GraphError TENON1516 when a migration that has run was changed or is missing; TENON1517 when the database is
 *   newer than the code; TENON1518 when a migration fails; TENON1507 for versions that are not 1, 2, 3 …
 */
export async function migrate(database: Database, { component, steps }: Migrations): Promise<Migrated> {
  requireVersions(component, steps);
  const connection = await database.connect();
  try {
    await connection.query(`set lock_timeout = ${LOCK_MS_MAX}`);
    if (database.serverVersion >= 170_000) await connection.query("set transaction_timeout = 0");
    // Of the session: it ends with the connection, however that ends.
    await connection.query("select pg_advisory_lock($1)", [LOCK_KEY]);
    await connection.query(
      `create table if not exists tenon_migration (
        component text not null,
        version int4 not null,
        name text not null,
        checksum text not null,
        applied_at timestamptz not null default now(),
        primary key (component, version)
      )`,
    );
    const before = await connection.query<AppliedRow>(
      "select version, name, checksum from tenon_migration where component = $1 order by version",
      [component],
    );
    requireSame(component, steps, before);
    const missing = steps.slice(before.length);
    for (const step of missing) await apply(connection, component, step);
    return { version: steps.length, applied: missing.map(({ version }) => version) };
  } finally {
    await connection.close();
  }
}

function requireVersions(component: string, steps: readonly Migration[]): void {
  for (const [index, { version, name }] of steps.entries()) {
    if (version === index + 1) continue;
    throw badOption(`migration "${name}" of "${component}" has version ${version}`, {
      detail: `expected ${index + 1}: versions count from 1 without gaps, in order`,
      hint: "add new migrations at the end",
    });
  }
}

/** What has run must be the beginning of what the code has, unchanged. */
function requireSame(component: string, steps: readonly Migration[], applied: readonly AppliedRow[]): void {
  const newest = applied.at(-1);
  if (newest !== undefined && newest.version > steps.length) {
    throw new GraphError(`the database is newer than this program: "${component}" is at ${newest.version}`, {
      code: "TENON1517",
      category: "resource",
      detail: `expected version ${steps.length} or earlier, found ${newest.version}, migration "${newest.name}"`,
      hint: "run the program's newer version; migrations are never undone",
    });
  }
  for (const [index, step] of steps.slice(0, newest?.version ?? 0).entries()) {
    const ran = applied.find(({ version }) => version === step.version);
    const problem =
      ran === undefined
        ? `there is no record that migration ${step.version} has run, though later ones have`
        : ran.name !== step.name
          ? `expected "${step.name}", found "${ran.name}"`
          : ran.checksum !== checksumOf(step)
            ? `expected checksum ${checksumOf(step).slice(0, 12)}, found ${ran.checksum.slice(0, 12)}`
            : undefined;
    if (problem === undefined) continue;
    throw new GraphError(
      `migration ${index + 1} "${step.name}" of "${component}" is not the one that has run on this database`,
      {
        code: "TENON1516",
        category: "resource",
        detail: problem,
        hint: "restore the migration's text, and put the change into a new one at the end",
      },
    );
  }
}

async function apply(connection: Connection, component: string, step: Migration): Promise<void> {
  try {
    await connection.transaction(async (tx) => {
      await tx.query(step.text);
      await tx.execute("insert into tenon_migration (component, version, name, checksum) values ($1, $2, $3, $4)", [
        component,
        step.version,
        step.name,
        checksumOf(step),
      ]);
    });
  } catch (error) {
    throw new GraphError(`migration ${step.version} "${step.name}" of "${component}" failed`, {
      code: "TENON1518",
      category: "resource",
      detail: messageOf(error),
      hint: "nothing of it was kept, earlier ones were; mend it or the data it meets, and start again",
      cause: error,
    });
  }
}

/** Independent of how an editor ends lines. */
function checksumOf({ text }: Migration): string {
  return createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex");
}
