import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Database, type EmbeddedPostgres, openDatabase, startEmbeddedPostgres } from "@tenon/postgres";
import { eventLogContract, type LogUnderTest } from "../conformance/index.ts";
import type { EmbeddedMember } from "./embedded-member.ts";
import { openEmbeddedLog } from "./open-embedded-log.ts";

/** A server of its own: the contract kills it. It does not wait for the disk, and survives the kill all the same. */
async function start(): Promise<LogUnderTest> {
  const dataFolder = await mkdtemp(join(tmpdir(), "tenon-event-log-"));
  const settings = { fsync: "off", max_connections: "200" };
  let server: EmbeddedPostgres = await startEmbeddedPostgres({ dataFolder: join(dataFolder, "data"), settings });
  const databases: Database[] = [];
  return {
    open: async () => {
      const database = await openDatabase({ url: server.url, connectionsMax: 6 });
      databases.push(database);
      const log = await openEmbeddedLog({ database, leaseMs: 2_000, beatMs: 60, retainEveryMs: 0 });
      return log;
    },
    pass: (ms) => sleep(ms),
    takeAway: (_, member) => (member as EmbeddedMember).takeAway(),
    crash: async () => {
      process.kill(server.pid, "SIGKILL");
      await server.stop().catch(() => undefined);
      server = await startEmbeddedPostgres({ dataFolder: join(dataFolder, "data"), settings });
    },
    held: () => ({ records: 0, bytes: 0 }),
    settleMs: 1_000,
    close: async () => {
      for (const database of databases) await database.close();
      await server.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

eventLogContract("embedded", start);
