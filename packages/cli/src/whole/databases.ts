/** The databases of a whole system on one machine: the repository's and the advertisers'. */
import { join } from "node:path";
import { findPostgres, openDatabase } from "@tenon/postgres";

export interface Databases {
  /** Of the repository, of tasks and, without Kafka, of the log. */
  readonly databaseUrl: string;
  readonly adsDatabaseUrl: string;
  stop(): Promise<void>;
}

/** Names of the databases in an embedded server. */
export const REPOSITORY = "tenon";
export const ADVERTISERS = "tenon_ads";

export interface FindDatabasesOptions {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly onNotice: (text: string) => void;
}

/**
 * Those of `DATABASE_URL` and `ADS_DATABASE_URL`; without them two databases of an embedded server, which is started.
 *
 * @throws GraphError TENON1500 when a configured server does not answer
 */
export async function findDatabases({ folder, environment, onNotice }: FindDatabasesOptions): Promise<Databases> {
  const server = await findPostgres({
    databaseUrl: environment["DATABASE_URL"],
    dataFolder: join(folder, ".tenon/postgres"),
    onNotice,
  });
  if (server.kind === "configured") {
    const adsDatabaseUrl = environment["ADS_DATABASE_URL"] || server.url;
    return { databaseUrl: server.url, adsDatabaseUrl, stop: server.stop };
  }
  try {
    const database = await openDatabase({ url: server.url, connectionsMax: 1 });
    try {
      for (const name of [REPOSITORY, ADVERTISERS]) {
        const found = await database.query("select from pg_database where datname = $1", [name]);
        if (found.length === 0) await database.query(`create database ${name}`);
      }
    } finally {
      await database.close();
    }
    return {
      databaseUrl: inServer(server.url, REPOSITORY),
      adsDatabaseUrl: inServer(server.url, ADVERTISERS),
      stop: server.stop,
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** The same server, another of its databases. */
export function inServer(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}
