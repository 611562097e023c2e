import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "../database/database.ts";
import { type DatabaseOptions, openDatabase } from "../database/open-database.ts";
import { withDatabase } from "../database/url.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../embedded/embedded.ts";

export interface TestDatabaseOptions extends Omit<DatabaseOptions, "url"> {}

/** An empty database of a test. */
export interface TestDatabase {
  /** A pool on it. */
  readonly database: Database;
  /** For further pools and connections. */
  readonly url: string;
  /** Closes the pool and drops the database, ending every session on it. Call it in `afterAll`. */
  drop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

let shared: Promise<EmbeddedPostgres> | undefined;

/**
 * An empty database on a server that the tests of one run share. A crash of the server is survived, a crash of the
 * machine is not: it does not wait for the disk.
 */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  shared ??= startShared();
  const server = await shared;
  const name = `test_${randomBytes(6).toString("hex")}`;
  await onServer(server.url, (admin) => admin.execute(`create database ${name}`));
  const url = withDatabase(server.url, name);
  const database = await openDatabase({ applicationName: "tenon-test", ...options, url });
  let dropping: Promise<void> | undefined;
  const drop = () => {
    dropping ??= database
      .close()
      .then(() => onServer(server.url, (admin) => admin.execute(`drop database if exists ${name} with (force)`)))
      .then(() => undefined);
    return dropping;
  };
  return { database, url, drop, [Symbol.asyncDispose]: drop };
}

async function startShared(): Promise<EmbeddedPostgres> {
  const dataFolder = mkdtempSync(join(tmpdir(), "tenon-test-postgres-"));
  process.once("exit", () => rmSync(dataFolder, { recursive: true, force: true }));
  return startEmbeddedPostgres({ dataFolder, settings: { fsync: "off", max_connections: "200" } });
}

async function onServer<Result>(url: string, use: (admin: Database) => Promise<Result>): Promise<Result> {
  const admin = await openDatabase({ url, connectionsMax: 1 });
  try {
    return await use(admin);
  } finally {
    await admin.close();
  }
}
