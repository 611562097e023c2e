/** A Postgres of a test's own: the change log's slot has one name, and a server has each once. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase, startEmbeddedPostgres } from "@tenon/postgres";
import type { TestDatabase } from "@tenon/postgres/testing";

export interface OwnPostgres {
  /** Makes another database. Dropping it closes its pool; it goes with the server. */
  newDatabase(): Promise<TestDatabase>;
  stop(): Promise<void>;
}

export async function ownPostgres(): Promise<OwnPostgres> {
  const folder = await mkdtemp(join(tmpdir(), "tenon-own-postgres-"));
  const settings = { fsync: "off", max_connections: "400" };
  const server = await startEmbeddedPostgres({ dataFolder: join(folder, "data"), settings });
  const admin = await openDatabase({ url: server.url, connectionsMax: 1 });
  let made = 0;
  return {
    newDatabase: async () => {
      const name = `own_${made++}`;
      await admin.execute(`create database ${name}`);
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      const database = await openDatabase({ url: url.href, applicationName: "tenon-test" });
      return { database, url: url.href, drop: () => database.close() };
    },
    stop: async () => {
      await admin.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
