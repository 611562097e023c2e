/**
 * Kills: the server, its backends, the consumer between receiving and committing, the network. Whatever is killed, every
 * acknowledged commit reaches the sink once and whole, in the order of writing. `TENON_KILLS` asks for more rounds.
 */
import { GraphError } from "@tenon/graph-core";
import { type Database, type EmbeddedPostgres, openDatabase, startEmbeddedPostgres } from "@tenon/postgres";
import { openReplication } from "@tenon/postgres/replication";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { versionOf } from "../src/api/version.ts";
import { WriteSetBuilder } from "../src/api/write-set-builder.ts";
import { finalVersions, ledgerBreaks, SAMPLE_ENTITIES, SampleGroup } from "../src/conformance/index.ts";
import { Heartbeat } from "../src/feed/heartbeat.ts";
import { PostgresFeed } from "../src/feed/postgres-feed.ts";
import { PostgresRepo } from "../src/postgres/postgres-repo.ts";
import { consume, makeSink, sinkBatches, sinkChainBreaks } from "./ledger-consumer.ts";
import { FAST_SETTINGS, type OwnServer, ownServer } from "./own-server.ts";
import { silentProxy } from "./silent-proxy.ts";

const KILLS = Number(process.env.TENON_KILLS ?? 15);
const HOT_KEYS = 12;
const WRITERS = 3;

/** The one that is killed, and one for the tests that only crash clients. */
let own: OwnServer;
let calm: OwnServer;
beforeAll(async () => {
  own = await ownServer();
  calm = await ownServer();
});
afterAll(async () => {
  await own.stop();
  await calm.stop();
});

class Crash extends Error {}

describe("under kills", () => {
  test(`${KILLS} kills of server, backends and consumer: nothing lost, doubled, reordered or torn`, async () => {
    const first = await own.open();
    await makeSink(first.database);
    const { schemaVersion } = await first.repo.tx(async () => ({ schemaVersion: 1 }));
    const databaseName = new URL(first.url).pathname;
    await first.close();
    const world = new World(own, databaseName, schemaVersion);
    await world.start();
    const writers = Array.from({ length: WRITERS }, (_, worker) => world.writeUntilStopped(worker));
    const consumer = world.consumeUntilStopped();
    for (let kill = 0; kill < KILLS; kill++) {
      await world.progress(20);
      if (kill % 5 === 4) await world.killServer();
      else if (kill % 5 === 2) await world.terminateBackends();
      else world.crashConsumer();
    }
    await world.progress(20);
    world.stopWriting();
    await Promise.all(writers);
    await consumer;
    const { database } = world;
    const batches = await sinkBatches(database);
    expect(ledgerBreaks(batches, world)).toEqual([]);
    expect(await sinkChainBreaks(database)).toEqual([]);
    expect(batches.filter((batch) => batch.changes.length !== 2)).toEqual([]);
    expect(await storedVersions(database)).toEqual(finalVersions(batches));
    expect(world.acknowledged.size).toBeGreaterThan(KILLS * 10);
    await world.stop();
  }, 120_000);
});

/** A server that is killed and started again, writers, and a consumer that crashes and comes back. */
class World {
  readonly acknowledged = new Set<bigint>();
  readonly unknown = new Set<bigint>();
  database!: Database;
  #own: OwnServer;
  #name: string;
  #schemaVersion: number;
  #server: EmbeddedPostgres;
  #url = "";
  #writing = true;
  #sequence = 0;
  #crash = false;
  #restarting: Promise<void> = Promise.resolve();

  constructor(server: OwnServer, name: string, schemaVersion: number) {
    this.#own = server;
    this.#name = name;
    this.#schemaVersion = schemaVersion;
    this.#server = server.server;
  }

  async start(): Promise<void> {
    this.#url = this.#server.url.replace(/\/postgres$/, this.#name);
    this.database = await openDatabase({ url: this.#url, connectionsMax: 8 });
  }

  async stop(): Promise<void> {
    await this.database.close();
    await this.#server.stop();
  }

  stopWriting(): void {
    this.#writing = false;
  }

  crashConsumer(): void {
    this.#crash = true;
  }

  /** Resolves when some more commits were acknowledged. */
  async progress(commits: number): Promise<void> {
    const goal = this.acknowledged.size + commits;
    while (this.acknowledged.size < goal) await new Promise((resolve) => setImmediate(resolve));
  }

  async killServer(): Promise<void> {
    process.kill(this.#server.pid, "SIGKILL");
    this.#restarting = this.#restart();
    await this.#restarting;
  }

  async terminateBackends(): Promise<void> {
    await this.database
      .query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
      )
      .catch(() => undefined);
  }

  async #restart(): Promise<void> {
    const before = this.database;
    for (;;) {
      try {
        this.#server = await startEmbeddedPostgres({ dataFolder: this.#own.dataFolder, settings: FAST_SETTINGS });
        break;
      } catch (error) {
        if (!(error instanceof GraphError)) throw error;
      }
    }
    await this.start();
    await before.close().catch(() => undefined);
  }

  async writeUntilStopped(worker: number): Promise<void> {
    while (this.#writing) {
      await this.#restarting;
      const sequence = ++this.#sequence;
      const version = versionOf(0, sequence);
      const repo = new PostgresRepo({
        database: this.database,
        entities: SAMPLE_ENTITIES,
        schemaVersion: this.#schemaVersion,
      });
      const keys = [(sequence + worker) % HOT_KEYS, HOT_KEYS + (sequence % HOT_KEYS)];
      const builder = new WriteSetBuilder();
      for (const key of keys) {
        builder.write(SampleGroup, "bid", {
          key,
          version,
          columns: { bidMicros: sequence, campaignId: null, paused: false },
        });
      }
      try {
        const applied = await repo.tx(
          async (tx) => {
            const { changes } = await tx.write(builder.build());
            if (changes.length < keys.length) throw new Error("another was newer: half a write set is no commit here");
            return changes.length;
          },
          { isolation: "readCommitted", attemptsMax: 10 },
        );
        if (applied > 0) this.acknowledged.add(version);
      } catch (error) {
        if (error instanceof GraphError && error.code === "TENON1503") this.unknown.add(version);
      }
    }
  }

  async consumeUntilStopped(): Promise<void> {
    for (let done = false; !done; ) {
      await this.#restarting;
      const { database } = this;
      const url = this.#url;
      const feed = new PostgresFeed({
        database,
        entities: SAMPLE_ENTITIES,
        openReplication: () => openReplication({ url }),
      });
      const heartbeat = new Heartbeat(database, () => undefined);
      heartbeat.start(100);
      try {
        await consume({
          consumer: "kills",
          feed,
          sink: database,
          enough: async () => {
            done = !this.#writing && (await isDrained(database));
            return done;
          },
          beforeCommit: () => {
            if (!this.#crash) return;
            this.#crash = false;
            throw new Crash("the consumer was killed before its commit");
          },
        });
      } catch (error) {
        if (!(error instanceof Error)) throw error;
      } finally {
        await heartbeat.stop();
      }
    }
  }
}

async function isDrained(database: Database): Promise<boolean> {
  const [row] = await database.query<{ drained: boolean }>(
    `select (select count(*) from repo.change_batch where settled_seq is null) <= (select count(distinct seq) from sink) as drained`,
  );
  return row?.drained === true;
}

async function storedVersions(database: Database): Promise<ReadonlyMap<string, bigint>> {
  const rows = await database.query<{ id: bigint; ver_bid: bigint }>("select id, ver_bid from repo.sample_group");
  return new Map(rows.map((row) => [`sample_group/${row.id}/bid`, row.ver_bid]));
}

describe("a cursor that is not committed with the work", () => {
  async function crashOnce(cursorApart: "before" | "after" | undefined): Promise<readonly string[]> {
    const { database, repo, feed, close } = await calm.open();
    await makeSink(database);
    const acknowledged = [1, 2, 3].map((sequence) => versionOf(0, sequence));
    for (const version of acknowledged) {
      const columns = { bidMicros: 1, campaignId: null, paused: false };
      await repo.tx((tx) =>
        tx.write(new WriteSetBuilder().write(SampleGroup, "bid", { key: 1, version, columns }).build()),
      );
    }
    let crashed = false;
    const beforeCommit = () => {
      if (crashed) return;
      crashed = true;
      throw new Crash("killed");
    };
    const enough = (delivered: number) => delivered >= 1;
    const options = {
      consumer: "apart",
      feed: feed(),
      sink: database,
      enough,
      beforeCommit,
      ...(cursorApart !== undefined && { cursorApart }),
    };
    await expect(consume(options)).rejects.toThrow("killed");
    let pulls = 0;
    await consume({ ...options, enough: () => ++pulls > 2 });
    const breaks = ledgerBreaks(await sinkBatches(database), { acknowledged });
    await close();
    return breaks;
  }

  test("with it: a crash loses and repeats nothing", async () => {
    expect(await crashOnce(undefined)).toEqual([]);
  });

  test("planted: saved before the work, a crash loses batches, and the ledger says so", async () => {
    expect((await crashOnce("before")).filter((text) => text.endsWith("0 times"))).toHaveLength(3);
  });

  test("planted: saved after the work, a crash repeats batches, and the ledger says so", async () => {
    expect((await crashOnce("after")).filter((text) => text.endsWith("2 times"))).toHaveLength(3);
  });
});

describe("a network that goes silent", () => {
  test("ends the reader in bounded time; reading on loses nothing", async () => {
    const { url, database, repo, feed, close } = await calm.open();
    const proxy = await silentProxy(url);
    const columns = { bidMicros: 1, campaignId: null, paused: false };
    const write = (sequence: number) =>
      repo.tx((tx) =>
        tx.write(
          new WriteSetBuilder().write(SampleGroup, "bid", { key: 1, version: versionOf(0, sequence), columns }).build(),
        ),
      );
    const slotFeed = feed({ openReplication: () => openReplication({ url: proxy.url }), silenceMsMax: 400 });
    const reader = await slotFeed.open({ consumer: "silent", from: "oldest" });
    await write(1);
    let pulled = await reader.pull({ batchesMax: 10, waitMs: 5_000 });
    await reader.acknowledge(pulled.cursor);
    pulled = await reader.pull({ batchesMax: 10, waitMs: 0 });
    await reader.acknowledge(pulled.cursor);
    expect(pulled.cursor.mode).toBe("slot");
    proxy.silence();
    await write(2);
    await expect(reader.pull({ batchesMax: 10, waitMs: 5_000 })).rejects.toMatchObject({ code: "TENON1536" });
    await reader.close();
    await proxy.close();
    await database.query("select pg_terminate_backend(active_pid) from pg_replication_slots where active");
    const again = await openWhenFree(() =>
      feed({ openReplication: () => openReplication({ url }) }).open({ consumer: "silent", from: pulled.cursor }),
    );
    const { batches } = await again.pull({ batchesMax: 10, waitMs: 5_000 });
    expect(batches.map((batch) => batch.changes[0]?.newVersion)).toEqual([versionOf(0, 2)]);
    await again.close();
    await close();
  });
});

async function openWhenFree<Result>(open: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof GraphError) || error.code !== "TENON1541") throw error;
    }
  }
}

describe("a consumer that is away for longer than the server keeps its log", () => {
  test("finds its slot lost, and polls on from the last settled batch", async () => {
    const server = await ownServer({ max_slot_wal_keep_size: "1MB", min_wal_size: "32MB", max_wal_size: "32MB" });
    const { database, repo, feed, replication, close } = await server.open();
    const fallBacks: unknown[] = [];
    const slotFeed = feed({ openReplication: replication, onFallBack: (reason) => fallBacks.push(reason) });
    const columns = { bidMicros: 1, campaignId: null, paused: false };
    const write = (sequence: number) =>
      repo.tx((tx) =>
        tx.write(
          new WriteSetBuilder().write(SampleGroup, "bid", { key: 1, version: versionOf(0, sequence), columns }).build(),
        ),
      );
    const reader = await slotFeed.open({ consumer: "away", from: "now" });
    await reader.pull({ batchesMax: 1, waitMs: 0 });
    await write(1);
    const { cursor } = await reader.pull({ batchesMax: 10, waitMs: 5_000 });
    await reader.acknowledge(cursor);
    await reader.close();
    await write(2);
    await database.execute("create table filler as select repeat('x', 900) as x from generate_series(1, 60000)");
    await database.execute("select pg_switch_wal()");
    await database.execute("checkpoint");
    const again = await slotFeed.open({ consumer: "away", from: cursor });
    expect(fallBacks).toMatchObject([{ code: "TENON1530" }]);
    const { batches } = await again.pull({ batchesMax: 10, waitMs: 5_000 });
    expect(batches.map((batch) => batch.changes[0]?.newVersion)).toEqual([versionOf(0, 1), versionOf(0, 2)]);
    await again.close();
    await close();
    await server.stop();
  });
});
