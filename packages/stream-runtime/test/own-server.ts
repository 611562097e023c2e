/** A Postgres of one test: it waits for its disk, can be killed with -9 and comes back on the same port. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Database, openDatabase, startEmbeddedPostgres } from "@tenon/postgres";

export interface OwnServer {
  readonly url: string;
  /** A pool for the test itself; connections that break are replaced. */
  readonly database: Database;
  /** Kills the postmaster with -9. Resolves when the server is there again, recovered. */
  crash(): Promise<void>;
  /** Ends every session of processes whose name begins so, whatever they are doing. Resolves with their number. */
  terminate(names: string): Promise<number>;
  stop(): Promise<void>;
}

const RESTART_MS_MAX = 60_000;

export async function ownServer(settings: Readonly<Record<string, string>> = {}): Promise<OwnServer> {
  const dataFolder = mkdtempSync(join(tmpdir(), "tenon-stream-"));
  let server = await startEmbeddedPostgres({ dataFolder, settings });
  const { url } = server;
  const database = await openDatabase({ url, connectionsMax: 10, applicationName: "test" });
  const restart = async () => {
    for (const untilMs = Date.now() + RESTART_MS_MAX; ; await pause(50)) {
      try {
        server = await startEmbeddedPostgres({ dataFolder, settings, port: Number(new URL(url).port) });
        return;
      } catch (error) {
        if (Date.now() > untilMs) throw error;
      }
    }
  };
  return {
    url,
    database,
    crash: async () => {
      process.kill(server.pid, "SIGKILL");
      await restart();
    },
    terminate: async (names) => {
      const [row] = await database.query<{ ended: number }>(
        "select count(pg_terminate_backend(pid))::int as ended from pg_stat_activity where application_name like $1",
        [`${names}%`],
      );
      return row?.ended ?? 0;
    },
    stop: async () => {
      await database.close().catch(() => undefined);
      await server.stop();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}
