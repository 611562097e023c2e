import { openConnection } from "../database/open-connection.ts";
import { requirePostgresUrl } from "../database/url.ts";
import { type EmbeddedOptions, startEmbeddedPostgres } from "./embedded.ts";

export interface FindOptions extends EmbeddedOptions {
  /** A server that is there already; hand in `process.env.DATABASE_URL`. Nothing is started then. */
  readonly databaseUrl?: string | undefined;
}

export interface FoundPostgres {
  /** With its password: `redactUrl` before it is shown. */
  readonly url: string;
  /**
   * `configured`: the given url. `started`, `joined`: the embedded server, started here or by another process.
   * `system`: started here with an installed Postgres, because the package's programs do not run on this machine.
   */
  readonly kind: "configured" | "started" | "joined" | "system";
  /** `18.4`. */
  readonly version: string;
  /** Gives up this process's share; does nothing to a configured server. */
  stop(): Promise<void>;
}

/**
 * The server to use: the configured one, or the embedded one of a data folder.
 *
 * @throws GraphError TENON1500 when the configured server does not answer: an embedded one is never started in its place;
 *   else as `startEmbeddedPostgres`
 */
export async function findPostgres({ databaseUrl, ...options }: FindOptions): Promise<FoundPostgres> {
  if (databaseUrl !== undefined && databaseUrl !== "") {
    requirePostgresUrl(databaseUrl);
    return { url: databaseUrl, kind: "configured", version: await versionOf(databaseUrl), stop: async () => undefined };
  }
  const server = await startEmbeddedPostgres(options);
  const kind = server.kind === "started" && server.origin === "system" ? "system" : server.kind;
  return { url: server.url, kind, version: server.version, stop: server.stop };
}

async function versionOf(url: string): Promise<string> {
  const connection = await openConnection({ url });
  try {
    const [row] = await connection.query<{ server_version: string }>("show server_version");
    return row?.server_version.split(" ")[0] ?? "unknown";
  } finally {
    await connection.close();
  }
}
