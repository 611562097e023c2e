/**
 * A server of one test file. Feeds see the whole cluster (open transactions of any database hold the poll back, slots are
 * counted per cluster), so they do not share a server with tests that know nothing of it.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, type EmbeddedPostgres, openDatabase, startEmbeddedPostgres } from "@tenon/postgres";
import { openReplication, type ReplicationConnection } from "@tenon/postgres/replication";
import type { AnyEntity } from "../src/api/entity.ts";
import { SAMPLE_ENTITIES } from "../src/conformance/sample-entities.ts";
import { PostgresFeed, type PostgresFeedOptions } from "../src/feed/postgres-feed.ts";
import type { Dialect } from "../src/postgres/dialect.ts";
import { openRepo } from "../src/postgres/open-repo.ts";
import type { PostgresRepo } from "../src/postgres/postgres-repo.ts";

export interface TestRepo {
  readonly url: string;
  readonly database: Database;
  readonly repo: PostgresRepo;
  /** Without `openReplication` in the options it polls. */
  feed(options?: Partial<PostgresFeedOptions>): PostgresFeed;
  replication(): Promise<ReplicationConnection>;
  close(): Promise<void>;
}

export interface OwnServer {
  readonly server: EmbeddedPostgres;
  readonly dataFolder: string;
  /** An empty repository in a database of its own. */
  open(options?: { readonly entities?: readonly AnyEntity[]; readonly dialect?: Dialect }): Promise<TestRepo>;
  stop(): Promise<void>;
}

export const FAST_SETTINGS = {
  fsync: "off",
  max_connections: "100",
  max_replication_slots: "40",
  max_wal_senders: "40",
} as const;

/** @param home folder of other programs than the package's */
export async function ownServer(
  settings: Readonly<Record<string, string>> = {},
  { home }: { readonly home?: string } = {},
): Promise<OwnServer> {
  const dataFolder = mkdtempSync(join(tmpdir(), "tenon-storage-"));
  const server = await startEmbeddedPostgres({
    dataFolder,
    settings: { ...FAST_SETTINGS, ...settings },
    ...(home !== undefined && { home }),
  });
  const admin = await openDatabase({ url: server.url, connectionsMax: 2 });
  return {
    server,
    dataFolder,
    open: async (options = {}) => {
      const name = `repo_${randomBytes(4).toString("hex")}`;
      await admin.execute(`create database ${name}`);
      return openTestRepo(server.url.replace(/\/postgres$/, `/${name}`), options);
    },
    stop: async () => {
      await admin.close();
      await server.stop();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

export async function openTestRepo(
  url: string,
  {
    entities = SAMPLE_ENTITIES,
    dialect,
  }: { readonly entities?: readonly AnyEntity[]; readonly dialect?: Dialect } = {},
): Promise<TestRepo> {
  const database = await openDatabase({ url, connectionsMax: 16 });
  const repo = await openRepo({ database, entities, ...(dialect !== undefined && { dialect }) });
  const replication = () => openReplication({ url });
  return {
    url,
    database,
    repo,
    replication,
    feed: (options = {}) => new PostgresFeed({ database, entities, ...options }),
    close: () => database.close(),
  };
}
