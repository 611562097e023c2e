/** T4: what Postgres does to running workers: it is killed, ends sessions, loses answers, refuses, has no connection left. */
import { setTimeout as pause } from "node:timers/promises";
import { openEmbeddedLog } from "@tenon/event-log/embedded";
import { SeededRandom } from "@tenon/event-log/simulation";
import { type Connection, openDatabase } from "@tenon/postgres";
import { type Cut, startCuttingProxy } from "@tenon/postgres/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { KillHarness } from "../test/kill-harness.ts";
import { type OwnServer, ownServer } from "../test/own-server.ts";
import type { WorkerSettings } from "../test/worker-main.ts";

const TEST_MAX_MS = 120_000;
const SESSIONS_MAX = 60;

let own: OwnServer;
beforeAll(async () => {
  own = await ownServer({ max_connections: String(SESSIONS_MAX) });
});
afterAll(() => own.stop());

let made = 0;
/** A database of its own on the server that a test may kill. */
async function world(settings: Partial<WorkerSettings> = {}) {
  const name = `stream_${made++}`;
  await own.database.execute(`create database ${name}`);
  const url = own.url.replace(/\/postgres$/, `/${name}`);
  const database = await openDatabase({ url, connectionsMax: 10 });
  const log = await openEmbeddedLog({ database, leaseMs: 900, beatMs: 100 });
  const harness = new KillHarness({ database: () => database, databaseUrl: () => url, log: () => log, more: settings });
  await harness.createTopics();
  const close = async () => {
    await harness.stopAll();
    await log.close();
    await database.close();
  };
  return { harness, url, database, close };
}

/** Nothing differs from what the input says. */
async function expectExactlyOnce(harness: KillHarness): Promise<void> {
  await harness.caughtUp();
  await harness.stopSupervised();
  const [found, expected] = await harness.compare();
  expect(found).toEqual(expected);
}

test("the server is killed again and again under two workers: 0 differences", { timeout: TEST_MAX_MS }, async () => {
  const { harness, close } = await world();
  try {
    const random = new SeededRandom(41);
    await harness.produce(300, 410);
    await harness.supervise(2);
    for (let crash = 0; crash < 3; crash++) {
      await harness.produce(200, 411 + crash);
      await pause(20 + random.upTo(150));
      await own.crash();
    }
    await harness.produce(100, 419);
    await expectExactlyOnce(harness);
  } finally {
    await close();
  }
});

test("sessions are ended in the middle of anything: 0 differences", { timeout: TEST_MAX_MS }, async () => {
  const { harness, close } = await world();
  try {
    const random = new SeededRandom(42);
    await harness.supervise(2);
    let ended = 0;
    for (let round = 0; round < 8; round++) {
      await harness.produce(100, 420 + round);
      await pause(20 + random.upTo(200));
      ended += await own.terminate("worker-");
    }
    expect(ended).toBeGreaterThan(8);
    await expectExactlyOnce(harness);
  } finally {
    await close();
  }
});

/** What a commit looks like on the wire: the name of the one statement, or the end of a transaction. */
const COMMITS = { "one statement": "c:sum-amounts:", "statement by statement": "commit\0" } as const;

test.each(Object.entries(COMMITS))(
  "the connection is lost during a commit in %s: the next claim reads what became of it",
  { timeout: TEST_MAX_MS },
  async (how, text) => {
    const { harness, url, close } = await world();
    let commits = 0;
    let isFaulty = true;
    // Every few commits, in turn: it never arrives, or its answer does not.
    const cutAt = (sent: Buffer): Cut => {
      if (!isFaulty || !sent.includes(text) || ++commits % 3 !== 0) return undefined;
      return commits % 2 === 0 ? "before" : "after";
    };
    const proxy = await startCuttingProxy(url, cutAt);
    try {
      await harness.supervise(2, { databaseUrl: proxy.url, inSteps: how === "statement by statement" });
      for (let round = 0; round < 60 && Math.min(proxy.cuts.before, proxy.cuts.after) < 3; round++) {
        await harness.produce(50, 430 + round);
        await pause(60);
      }
      isFaulty = false;
      expect(Math.min(proxy.cuts.before, proxy.cuts.after)).toBeGreaterThanOrEqual(3);
      await expectExactlyOnce(harness);
      expect(harness.failedCommits).toMatchObject({ TENON1503: expect.any(Number) });
    } finally {
      await close();
      await proxy.close();
    }
  },
);

test("commits are refused as not serializable: 0 differences", { timeout: TEST_MAX_MS }, async () => {
  const { harness, database, close } = await world();
  try {
    await harness.produce(200, 440);
    await harness.supervise(2);
    await harness.caughtUp();
    await database.execute(
      `create function refuse() returns trigger language plpgsql as $$ begin
        if random() < 0.25 and new.next is distinct from old.next then
          raise exception 'could not serialize access' using errcode = '40001'; end if;
        return new; end $$`,
    );
    await database.execute(
      "create trigger refuse before update on stream_offset for each row execute function refuse()",
    );
    for (let round = 0; round < 5; round++) {
      await harness.produce(60, 441 + round);
      await pause(50);
    }
    await harness.caughtUp();
    await database.execute("drop trigger refuse on stream_offset");
    await expectExactlyOnce(harness);
    expect(harness.failedCommits).toMatchObject({ TENON1501: expect.any(Number) });
  } finally {
    await close();
  }
});

test("no connection is free, of the pool or of the server: 0 differences", { timeout: TEST_MAX_MS }, async () => {
  // What a worker wants at once, the log's readers included, does not fit.
  const { harness, url, close } = await world({ pool: { connectionsMax: 2, waitingMax: 4, acquireMsMax: 300 } });
  const taken: Connection[] = [];
  try {
    await harness.produce(300, 450);
    await harness.supervise(2);
    const database = await openDatabase({ url, connectionsMax: 1 });
    for (let round = 0; round < 3; round++) {
      await own.terminate("worker-");
      // Every session that the server has.
      while (taken.length < SESSIONS_MAX) {
        const connection = await database.connect().catch(() => undefined);
        if (connection === undefined) break;
        taken.push(connection);
      }
      await pause(300);
      await Promise.all(taken.splice(0).map((connection) => connection.close()));
      await harness.produce(100, 451 + round);
    }
    await database.close();
    await expectExactlyOnce(harness);
  } finally {
    await Promise.all(taken.map((connection) => connection.close()));
    await close();
  }
});
