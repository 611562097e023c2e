/**
 * A server of one test file: slots are counted per server, and an open transaction of any database on it holds up a new slot.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, openDatabase, startEmbeddedPostgres } from "@tenon/postgres";
import { migrateAdsDatabase } from "../src/schema/migrate-ads-database.ts";

/** An ads database of one test, without rows. */
export interface AdsUnderTest {
  readonly url: string;
  readonly database: Database;
  /** A slot's name of its own. */
  readonly slot: string;
  /** Ends the connection that reads the slot, as a lost network does, and answers how many there were. */
  cutReader(): Promise<number>;
  /** Whether the server takes connections to this database. */
  allowConnections(allowed: boolean): Promise<void>;
  close(): Promise<void>;
}

export interface OwnServer {
  open(): Promise<AdsUnderTest>;
  stop(): Promise<void>;
}

const SETTINGS = { fsync: "off", max_replication_slots: "60", max_wal_senders: "60" };

export async function ownServer(): Promise<OwnServer> {
  const dataFolder = mkdtempSync(join(tmpdir(), "tenon-ads-"));
  const server = await startEmbeddedPostgres({ dataFolder, settings: SETTINGS });
  const admin = await openDatabase({ url: server.url, connectionsMax: 2 });
  return {
    open: async () => {
      const name = `ads_${randomBytes(4).toString("hex")}`;
      await admin.execute(`create database ${name}`);
      const url = server.url.replace(/\/postgres$/, `/${name}`);
      const database = await openDatabase({ url, connectionsMax: 12 });
      await migrateAdsDatabase(database);
      const cutReader = async () => {
        const rows = await admin.query(
          `select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1 and active`,
          [name],
        );
        return rows.length;
      };
      const allowConnections = async (allowed: boolean) => {
        await admin.execute(`alter database ${name} allow_connections ${allowed}`);
      };
      return { url, database, slot: name, cutReader, allowConnections, close: () => database.close() };
    },
    stop: async () => {
      await admin.close();
      await server.stop();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

/** The server notices the end of a reader a moment later. */
export async function untilUnread({ database, slot }: AdsUnderTest): Promise<void> {
  for (;;) {
    const [row] = await database.query<{ active: boolean }>(
      "select active from pg_replication_slots where slot_name = $1",
      [slot],
    );
    if (row?.active !== true) return;
  }
}
