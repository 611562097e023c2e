import { createHash, randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "../database/database.ts";
import { type DatabaseOptions, openDatabase } from "../database/open-database.ts";
import { sqlStateOf } from "../database/sql-state.ts";
import { withDatabase } from "../database/url.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../embedded/embedded.ts";
import { PACKAGE_VERSION } from "../embedded/keeper/binaries.ts";

/** Without waiting for the disk, and with room for many test files at once. */
const SETTINGS = { fsync: "off", max_connections: "300" };
/** From the end of one test file to the start of the next in the same run. */
const LINGER_MS = 10_000;
/** A database whose test was killed is dropped by a later run after this. */
const LEFTOVER_MS = 60 * 60_000;
const STATEMENT_TIMED_OUT = "57014";

/**
 * Dropping a database waits for every session of the server, those of other tests included, and a session in the middle
 * of a copy, or writing to a stopped reader, does not answer. After this the database is left for a later run.
 */
const DROP_MS_MAX = 5_000;

export interface TestDatabaseOptions extends Omit<DatabaseOptions, "url"> {
  /** Longest wait for dropping the database, in milliseconds. Default 5,000. */
  readonly dropMsMax?: number;
}

/** An empty database of a test. */
export interface TestDatabase {
  /** A pool on it. */
  readonly database: Database;
  /** For further pools and connections; the user may do anything on the server. */
  readonly url: string;
  /** Closes the pool, ends every session on the database and drops it, now or in a later run. Call it in `afterAll`. */
  drop(): Promise<void>;
}

let shared: Promise<EmbeddedPostgres> | undefined;

/**
 * An empty database on a server that every test process of this user shares: the first one starts it, and it stops some
 * seconds after the last one. It survives a crash of the server, not of the machine, for it does not wait for the disk.
 *
 * @throws GraphError as `startEmbeddedPostgres`: a test that needs Postgres fails where none runs, it is not skipped
 */
export async function testDatabase({
  dropMsMax = DROP_MS_MAX,
  ...options
}: TestDatabaseOptions = {}): Promise<TestDatabase> {
  shared ??= startShared();
  const server = await shared;
  const name = `test_${Date.now()}_${randomBytes(4).toString("hex")}`;
  await onServer(server.url, (admin) => admin.execute(`create database ${name}`));
  const url = withDatabase(server.url, name);
  const database = await openDatabase({ applicationName: "tenon-test", ...options, url });
  let dropping: Promise<void> | undefined;
  const drop = () => {
    dropping ??= database.close().then(() => onServer(server.url, (admin) => dropDatabase(admin, name, dropMsMax)));
    return dropping;
  };
  return { database, url, drop };
}

/** The folder lies in the system's temporary folder and is used again by later runs: only the first one pays for it. */
async function startShared(): Promise<EmbeddedPostgres> {
  const facts = createHash("sha256")
    .update(JSON.stringify([PACKAGE_VERSION, SETTINGS]))
    .digest("hex");
  const dataFolder = join(tmpdir(), `tenon-test-postgres-${process.getuid?.() ?? "user"}-${facts.slice(0, 8)}`);
  const start = () => startEmbeddedPostgres({ dataFolder, settings: SETTINGS, lingerMs: LINGER_MS });
  let server: EmbeddedPostgres;
  try {
    server = await start();
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code !== "TENON1511" && code !== "TENON1513") throw error;
    // Left broken by a crash of the machine, or made by another version: there is nothing in it to keep.
    await rm(dataFolder, { recursive: true, force: true });
    server = await start();
  }
  if (server.kind === "started") await onServer(server.url, dropLeftovers);
  return server;
}

async function dropLeftovers(admin: Database): Promise<void> {
  const names = await admin.query<{ datname: string }>("select datname from pg_database where datname like 'test\\_%'");
  for (const { datname } of names) {
    const madeMs = Number(/^test_(\d+)_/.exec(datname)?.[1] ?? 0);
    if (Date.now() - madeMs > LEFTOVER_MS) await dropDatabase(admin, datname, DROP_MS_MAX);
  }
}

async function dropDatabase(admin: Database, name: string, msMax: number): Promise<void> {
  // The pool has one connection, so the next statement runs under this setting.
  await admin.execute(`set statement_timeout = ${msMax}`);
  try {
    await admin.execute(`drop database if exists ${name} with (force)`);
  } catch (error) {
    if (sqlStateOf(error) !== STATEMENT_TIMED_OUT) throw error;
  }
}

async function onServer<Result>(url: string, use: (admin: Database) => Promise<Result>): Promise<Result> {
  const admin = await openDatabase({ url, connectionsMax: 1 });
  try {
    return await use(admin);
  } finally {
    await admin.close();
  }
}
