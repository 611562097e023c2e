import { setTimeout as sleep } from "node:timers/promises";
import { type HostClock, systemClock } from "@tenon/graph-core";
import { ManualClock } from "@tenon/graph-testkit";
import { type Database, openDatabase, presenceOf } from "@tenon/postgres";
import { startCuttingProxy, type TestDatabase, testDatabase } from "@tenon/postgres/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { joinOptions } from "../conformance/index.ts";
import { claim, enter, extendLease, viewGroup } from "./group-rows.ts";
import { openEmbeddedLog } from "./open-embedded-log.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ connectionsMax: 20 });
  const log = await openEmbeddedLog({ database: db.database, retainEveryMs: 0 });
  await log.createTopics([{ name: "events", partitions: 2, retentionMs: 3_600_000 }]);
  await log.close();
});
afterAll(async () => {
  await db.drop();
});

const TIMES = { leaseMs: 900, beatMs: 60, retainEveryMs: 0 };

async function until(holds: () => boolean): Promise<void> {
  for (let look = 0; !holds(); look++) {
    if (look > 1_000) throw new Error("not within 10 s");
    await sleep(10);
  }
}

test("a member that is cut off loses its partitions by its own clock before another one gets them", async () => {
  const proxy = await startCuttingProxy(db.url, () => undefined);
  const own = await openDatabase({ url: proxy.url, connectionsMax: 3 });
  const cutOff = await openEmbeddedLog({ database: own, ...TIMES });
  const events: string[] = [];
  const first = await cutOff.join(
    joinOptions("cut-off", ["events"], {
      member: "a",
      onLost: ({ partition }) => void events.push(`a lost ${partition}`),
    }),
  );
  await until(() => first.assigned.length === 2);
  proxy.freeze();
  const log = await openEmbeddedLog({ database: db.database, ...TIMES });
  const second = await log.join(
    joinOptions("cut-off", ["events"], {
      member: "b",
      onAssigned: async ({ partition }) => {
        events.push(`b got ${partition}`);
        return 0;
      },
    }),
  );
  await until(() => second.assigned.length === 2);
  expect(first.assigned).toEqual([]);
  expect(events.slice(0, 2).toSorted()).toEqual(["a lost 0", "a lost 1"]);
  expect(events.slice(2).toSorted()).toEqual(["b got 0", "b got 1"]);
  await expect(
    first.pull({ topic: "events", partition: 0 }, { recordsMax: 1, bytesMax: 1, waitMs: 0 }),
  ).rejects.toMatchObject({
    code: "TENON1556",
  });
  await log.close();
  await proxy.close();
  await cutOff.close();
  await own.close();
}, 30_000);

test("a member whose presence the server ends gives up its partitions at once, and comes in anew", async () => {
  const own = await openDatabase({ url: db.url, connectionsMax: 3 });
  const events: string[] = [];
  const log = await openEmbeddedLog({ database: own, retainEveryMs: 0, leaseMs: 3_600_000, beatMs: 1_000_000 });
  const member = await log.join(
    joinOptions("absent", ["events"], {
      onAssigned: async ({ partition }) => {
        events.push(`got ${partition}`);
        return 0;
      },
      onLost: ({ partition }) => void events.push(`lost ${partition}`),
    }),
  );
  await until(() => member.assigned.length === 2);
  const { id } = await presenceOf(own);
  await db.database.query(
    `select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and (classid::int8 << 32 | objid::int8) = $1`,
    [id],
  );
  await until(() => events.length === 6 && member.assigned.length === 2);
  expect([events.slice(0, 2), events.slice(2, 4), events.slice(4)].map((each) => each.toSorted())).toEqual([
    ["got 0", "got 1"],
    ["lost 0", "lost 1"],
    ["got 0", "got 1"],
  ]);
  const [row] = await db.database.query<{ presence: bigint }>(
    "select presence from tenon_log_member where group_name = 'absent'",
  );
  expect(row?.presence).toBe((await presenceOf(own)).id);
  await log.close();
  await own.close();
}, 30_000);

test("a member that leaves in the middle of a beat leaves no timer behind", async () => {
  const waiting = new Set<symbol>();
  const clock: HostClock = {
    ...systemClock,
    after: (ms, callback) => {
      const timer = Symbol(`${ms} ms`);
      waiting.add(timer);
      const takeBack = systemClock.after(ms, () => {
        waiting.delete(timer);
        callback();
      });
      return () => {
        waiting.delete(timer);
        takeBack();
      };
    },
  };
  // Held up here, a beat is under way when the member leaves.
  const extending = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  let isHeldUp = false;
  const database: Database = {
    ...db.database,
    serverVersion: db.database.serverVersion,
    query: (statement, values) => db.database.query(statement, values),
    transaction: (work, options) => db.database.transaction(work, options),
    connect: () => db.database.connect(),
    close: async () => undefined,
    execute: async (statement, values) => {
      const text = typeof statement === "string" ? statement : statement.text;
      if (isHeldUp && /lease|until/i.test(text)) {
        extending.resolve();
        await goOn.promise;
      }
      return db.database.execute(statement, values);
    },
  };
  const log = await openEmbeddedLog({ database, clock, ...TIMES });
  const member = await log.join(joinOptions("leaving", ["events"], { member: "a" }));
  await until(() => member.assigned.length === 2);
  isHeldUp = true;
  await extending.promise;
  const leaving = member.leave();
  goOn.resolve();
  await leaving;
  await log.close();
  expect([...waiting].map(String)).toEqual([]);
}, 30_000);

test("M2: a partition is claimed from nobody, or from an owner whose lease is over, and by one of two that try", async () => {
  const { database } = db;
  const at = { topic: "events", partition: 0 };
  const row = (memberId: string, leaseMs: number) => ({
    group: "g",
    memberId,
    name: memberId,
    topics: ["events"],
    leaseMs,
  });
  await enter(database, row("a", 60_000), null);
  expect(await claim(database, "g", at, "a")).toBe(true);
  await enter(database, row("b", 60_000), null);
  await enter(database, row("c", 60_000), null);
  expect(await claim(database, "g", at, "b")).toBe(false);
  await enter(database, row("a", -1), null);
  expect((await viewGroup(database, "g")).alive.map(({ id }) => id).toSorted()).toEqual(["b", "c"]);
  const claims = await Promise.all([claim(database, "g", at, "b"), claim(database, "g", at, "c")]);
  expect(claims.filter(Boolean)).toHaveLength(1);
});

test("a lease that is over is not extended: its member has to come in anew", async () => {
  const row = { group: "late", memberId: "a", name: "a", topics: [], leaseMs: 60_000 };
  await enter(db.database, row, null);
  expect(await extendLease(db.database, row)).toBe(true);
  await enter(db.database, { ...row, leaseMs: -1 }, null);
  expect(await extendLease(db.database, row)).toBe(false);
  expect(await extendLease(db.database, { ...row, memberId: "unknown" })).toBe(false);
});

test("with notify a waiting reader of another process is woken by the append alone: its clock stands still", async () => {
  const clock = new ManualClock();
  const reading = await openEmbeddedLog({ database: db.database, clock, wakeUp: "notify", ...TIMES });
  const writing = await openEmbeddedLog({ database: db.database, wakeUp: "notify", ...TIMES });
  const [{ end } = { end: 0 }] = await reading.offsets("events");
  const reader = await reading.read({ topic: "events", partition: 0, fromOffset: end });
  const pulled = reader.pull({ recordsMax: 1, bytesMax: 1, waitMs: 1_000 });
  await sleep(50);
  const record = { topic: "events", partition: 0, key: "k", timeMs: 0, headers: {}, value: Buffer.from("x") };
  await writing.append([record]);
  expect(await pulled).toHaveLength(1);
  await Promise.all([reading.close(), writing.close()]);
});
