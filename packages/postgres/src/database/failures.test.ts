/** What can go wrong between us and a server, each on a real one. */
import { setImmediate as turn } from "node:timers/promises";
import type { GraphError } from "@tenon/graph-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type CuttingProxy, startCuttingProxy } from "../testing/cutting-proxy.ts";
import { type TestDatabase, testDatabase } from "../testing/test-database.ts";
import type { Database } from "./database.ts";
import { openDatabase } from "./open-database.ts";
import { sqlStateOf } from "./sql-state.ts";

let server: TestDatabase;
let database: Database;
beforeAll(async () => {
  server = await testDatabase({ connectionsMax: 4 });
  database = server.database;
  await database.execute("create table row (id int8 primary key, value int8 not null)");
});
afterAll(() => server.drop());
beforeEach(() => database.execute("truncate row"));

async function failureOf(failing: Promise<unknown>): Promise<GraphError> {
  const error: unknown = await failing.then(
    () => new Error("nothing was rejected"),
    (reason) => reason,
  );
  return error as GraphError;
}

const ids = async () => (await database.query<{ id: bigint }>("select id from row order by id")).map(({ id }) => id);

/** Ends the sessions of a pool as an operator or a stopping server does. */
function endSessions(applicationName: string): Promise<number> {
  return database.execute(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and datname = current_database()",
    [applicationName],
  );
}

let proxy: CuttingProxy | undefined;
/** Cuts the next connection whose client sends all of these texts at once. */
let nextCut: { readonly when: "before" | "after"; readonly texts: readonly string[] } | undefined;

async function startProxy(): Promise<CuttingProxy> {
  proxy = await startCuttingProxy(server.url, (sent) => {
    if (nextCut === undefined || !nextCut.texts.every((text) => sent.includes(text))) return undefined;
    const { when } = nextCut;
    nextCut = undefined;
    return when;
  });
  return proxy;
}

afterEach(async () => {
  await proxy?.close();
  proxy = undefined;
  nextCut = undefined;
});

test.each([
  ["before", []],
  ["after", [1n]],
] as const)("a connection cut %s the server has a commit leaves the outcome unknown", async (when, kept) => {
  const { url } = await startProxy();
  const through = await openDatabase({ url, connectionsMax: 1 });
  const failure = await failureOf(
    through.transaction(async (tx) => {
      await tx.execute("insert into row values (1, 0)");
      nextCut = { when, texts: ["commit"] };
    }),
  );
  expect([failure.code, failure.hint]).toEqual(["TENON1503", expect.stringContaining("read back")]);
  expect(await ids()).toEqual(kept);
  // The pool has gone on to another connection.
  expect(await through.query("select 1 as one")).toEqual([{ one: 1 }]);
  await through.close();
});

test("a connection cut before the commit is lost with nothing written", async () => {
  const { url } = await startProxy();
  const through = await openDatabase({ url, connectionsMax: 1 });
  const failure = await failureOf(
    through.transaction(async (tx) => {
      nextCut = { when: "after", texts: ["insert"] };
      await tx.execute("insert into row values (1, 0)");
    }),
  );
  expect(failure.code).toBe("TENON1504");
  expect(await ids()).toEqual([]);
  await through.close();
});

test("a lost connection whose failure the work swallowed is still told", async () => {
  const { url } = await startProxy();
  const through = await openDatabase({ url, connectionsMax: 1 });
  const failure = await failureOf(
    through.transaction(async (tx) => {
      nextCut = { when: "before", texts: ["insert"] };
      await tx.execute("insert into row values (1, 0)").catch(() => undefined);
    }),
  );
  expect(failure.code).toBe("TENON1504");
  await through.close();
});

test("a statement that commits by itself is unknown when its connection is cut", async () => {
  const { url } = await startProxy();
  const through = await openDatabase({ url, connectionsMax: 1 });
  nextCut = { when: "after", texts: ["insert"] };
  expect((await failureOf(through.execute("insert into row values (1, 0)"))).code).toBe("TENON1503");
  expect(await ids()).toEqual([1n]);
  await through.close();
});

test("an ended session neither ends the process nor the pool, idle or at work", async () => {
  const lost: Error[] = [];
  const own = await openDatabase({
    url: server.url,
    applicationName: "ended",
    connectionsMax: 2,
    onConnectionLost: (reason) => lost.push(reason),
  });
  expect(await endSessions("ended")).toBe(1);
  while (lost.length === 0) await turn();
  expect(sqlStateOf(lost[0])).toBe("57P01");
  const sleeping = failureOf(own.query("select pg_sleep(60)"));
  while ((await endSessions("ended")) === 0) await turn();
  const failure = await sleeping;
  expect([failure.code, sqlStateOf(failure)]).toEqual(["TENON1504", "57P01"]);
  expect(await own.query("select 1 as one")).toEqual([{ one: 1 }]);
  await own.close();
});

test("a dedicated connection says that it was lost, and why", async () => {
  const own = await openDatabase({ url: server.url, applicationName: "listening", connectionsMax: 1 });
  const connection = await own.connect();
  const heard = Promise.withResolvers<readonly string[]>();
  connection.onNotification((channel, payload) => heard.resolve([channel, payload]));
  await connection.query("listen news");
  await database.query("select pg_notify('news', 'hello')");
  expect(await heard.promise).toEqual(["news", "hello"]);
  await endSessions("listening");
  expect(sqlStateOf(await connection.lost)).toBe("57P01");
  expect((await failureOf(connection.query("select 1"))).code).toBe("TENON1504");
  await own.close();
  const other = await (await openDatabase({ url: server.url })).connect();
  await other.close();
  expect(await other.lost).toBeUndefined();
});

test("a transaction that gives way is repeated as often as allowed, and no more", async () => {
  await database.execute("insert into row values (1, 0)");
  const retried: (readonly [number, string])[] = [];
  const waited: number[] = [];
  let attempts = 0;
  /** Another writer commits to the same row in between, on the first `conflicts` attempts. */
  const add = (conflicts: number, attemptsMax: number) =>
    database.transaction(
      async (tx) => {
        attempts++;
        const [found] = await tx.query<{ value: bigint }>("select value from row where id = 1");
        if (attempts <= conflicts) await database.execute("update row set value = value + 10 where id = 1");
        await tx.execute("update row set value = $1 where id = 1", [(found?.value ?? 0n) + 1n]);
      },
      {
        isolation: "repeatableRead",
        attemptsMax,
        onRetry: (attempt, sqlState) => retried.push([attempt, sqlState]),
        backOff: async (attempt) => void waited.push(attempt),
      },
    );
  await add(2, 3);
  expect([attempts, retried, waited]).toEqual([
    3,
    [
      [1, "40001"],
      [2, "40001"],
    ],
    [1, 2],
  ]);
  expect(await database.query("select value from row")).toEqual([{ value: 21n }]);
  attempts = 0;
  retried.length = 0;
  const failure = await failureOf(add(9, 3));
  expect([failure.code, sqlStateOf(failure), attempts, retried.length]).toEqual(["TENON1502", "40001", 3, 2]);
});

test("a deadlock ends in one repetition, and both transactions are kept", async () => {
  await database.execute("insert into row values (1, 0), (2, 0)");
  const met = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const first = Promise.withResolvers<void>();
  const states: string[] = [];
  const lock = (mine: 0 | 1) =>
    database.transaction(
      async (tx) => {
        await tx.execute("set local deadlock_timeout = '50ms'");
        await tx.execute("update row set value = value + 1 where id = $1", [mine + 1]);
        met[mine].resolve();
        await met[mine === 0 ? 1 : 0].promise;
        await tx.execute("update row set value = value + 1 where id = $1", [mine === 0 ? 2 : 1]);
      },
      // Whoever gave way waits for the other one, or the two would meet again.
      { attemptsMax: 3, backOff: () => first.promise, onRetry: (_attempt, sqlState) => states.push(sqlState) },
    );
  await Promise.all([lock(0).then(first.resolve), lock(1).then(first.resolve)]);
  expect(states).toEqual(["40P01"]);
  expect(await database.query("select value from row order by id")).toEqual([{ value: 2n }, { value: 2n }]);
});

test("other refusals are not repeated, even when attempts are left", async () => {
  let attempts = 0;
  const failure = await failureOf(
    database.transaction(
      async (tx) => {
        attempts++;
        await tx.execute("insert into row values (1, 0), (1, 0)");
      },
      { attemptsMax: 5 },
    ),
  );
  expect([failure.code, failure.category, sqlStateOf(failure), attempts]).toEqual(["TENON1501", "input", "23505", 1]);
});

test("a refusal that the work wrapped in an error of its own still leads to a repetition", async () => {
  await database.execute("insert into row values (1, 0)");
  let attempts = 0;
  await database.transaction(
    async (tx) => {
      attempts++;
      await tx.query("select value from row");
      if (attempts === 1) await database.execute("update row set value = 5 where id = 1");
      await tx.execute("update row set value = value + 1").catch(() => {
        throw new Error("wrapped");
      });
    },
    { isolation: "repeatableRead", attemptsMax: 2, backOff: async () => undefined },
  );
  expect(await database.query("select value from row")).toEqual([{ value: 6n }]);
});

test("a failed statement that was swallowed while reading at one snapshot does not look like success", async () => {
  const failure = await failureOf(
    database.transaction(
      async (tx) => {
        await tx.query("select 1 / 0").catch(() => undefined);
        return "found";
      },
      { isolation: "repeatableRead", readOnly: true },
    ),
  );
  expect([failure.code, sqlStateOf(failure)]).toEqual(["TENON1508", "22012"]);
  expect(await database.query("select 1 as one")).toEqual([{ one: 1 }]);
});

test("a failed statement that the work swallowed does not look like success", async () => {
  const failure = await failureOf(
    database.transaction(async (tx) => {
      await tx.execute("insert into row values (1, 0)");
      await tx.query("select 1 / 0").catch(() => undefined);
    }),
  );
  expect([failure.code, sqlStateOf(failure)]).toEqual(["TENON1508", "22012"]);
  expect(await ids()).toEqual([]);
});

test("a constraint that is checked at the commit refuses it, and nothing is kept", async () => {
  await database.execute("create table later (id int8, constraint once unique (id) deferrable initially deferred)");
  const failure = await failureOf(database.transaction((tx) => tx.execute("insert into later values (1), (1)")));
  expect([failure.code, sqlStateOf(failure)]).toEqual(["TENON1501", "23505"]);
  expect(await database.query("select * from later")).toEqual([]);
});

const insertRow = { name: "insert_row", text: "insert into row values ($1, $2)" };

test("what runs at the commit is sent with it, in order and after everything else", async () => {
  const { url, cuts } = await startProxy();
  const through = await openDatabase({ url, connectionsMax: 1 });
  await through
    .transaction(async (tx) => {
      tx.atCommit(insertRow, [1, 0]);
      tx.atCommit({ name: "double_rows", text: "insert into row select id + 10, value from row" }, []);
      expect(await tx.query("select id from row")).toEqual([]);
      // One piece of what the client sends holds both: nothing was waited for in between.
      nextCut = { when: "after", texts: ["commit", "insert_row"] };
    })
    .catch((error: GraphError) => expect(error.code).toBe("TENON1503"));
  expect(cuts).toEqual({ before: 0, after: 1 });
  expect(await ids()).toEqual([1n, 11n]);
  await through.close();
});

test("what is refused at the commit rolls the transaction back, and is told as the refusal it is", async () => {
  const failure = await failureOf(
    database.transaction(async (tx) => {
      await tx.execute("insert into row values (1, 0)");
      tx.atCommit(insertRow, [1, 0]);
    }),
  );
  expect([failure.code, sqlStateOf(failure)]).toEqual(["TENON1501", "23505"]);
  expect(await ids()).toEqual([]);
});

test("a transaction whose last statement gives way is repeated", async () => {
  await database.execute("insert into row values (1, 0)");
  let attempts = 0;
  await database.transaction(
    async (tx) => {
      await tx.query("select value from row");
      if (++attempts === 1) await database.execute("update row set value = 5");
      tx.atCommit({ name: "add_one", text: "update row set value = value + 1" }, []);
    },
    { isolation: "repeatableRead", attemptsMax: 2, backOff: async () => undefined },
  );
  expect([attempts, await database.query("select value from row")]).toEqual([2, [{ value: 6n }]]);
});

test("a statement that cannot be sent at the commit is told before anything is committed", async () => {
  const failure = await failureOf(
    database.transaction(async (tx) => {
      await tx.execute("insert into row values (1, 0)");
      tx.atCommit({ name: "", text: "select 1" }, []);
    }),
  );
  expect(failure.code).toBe("TENON1507");
  expect(await ids()).toEqual([]);
});

test("a transaction cannot be used after its end, and a connection runs one at a time", async () => {
  let kept: { query(text: string): Promise<unknown> } | undefined;
  await database.transaction(async (tx) => {
    kept = tx;
  });
  expect((await failureOf(kept?.query("select 1") ?? Promise.resolve())).code).toBe("TENON1506");
  const connection = await database.connect();
  const failure = await failureOf(connection.transaction(() => connection.transaction(async () => undefined)));
  expect(failure.code).toBe("TENON1506");
  expect(await connection.transaction(async (tx) => tx.isolation)).toBe("readCommitted");
  await connection.close();
});

test("callers wait for a connection only so long, and only so many", async () => {
  const own = await openDatabase({ url: server.url, connectionsMax: 1, waitingMax: 1, acquireMsMax: 300 });
  const hold = Promise.withResolvers<void>();
  const holding = own.transaction(async () => hold.promise);
  const waiting = failureOf(own.query("select 1"));
  await turn();
  const refused = await failureOf(own.query("select 1"));
  expect([refused.code, refused.detail]).toEqual([
    "TENON1505",
    "all 1 connections in use, 1 callers waiting, no more may wait",
  ]);
  expect(await waiting).toMatchObject({ code: "TENON1505", detail: expect.stringContaining("waited 300 ms") });
  hold.resolve();
  await holding;
  expect(await own.query("select 1 as one")).toEqual([{ one: 1 }]);
  await own.close();
});

test("closing waits for running work and refuses new work", async () => {
  const own = await openDatabase({ url: server.url, connectionsMax: 1 });
  const connection = await own.connect();
  const hold = Promise.withResolvers<void>();
  const order: string[] = [];
  const working = own.transaction(async (tx) => {
    await hold.promise;
    await tx.query("select 1");
    order.push("worked");
  });
  const waiting = own.query("select 2 as two");
  const closing = own.close().then(() => order.push("closed"));
  expect((await failureOf(own.query("select 1"))).code).toBe("TENON1506");
  hold.resolve();
  await Promise.all([working, closing]);
  expect(order).toEqual(["worked", "closed"]);
  expect(await waiting).toEqual([{ two: 2 }]);
  expect((await failureOf(connection.query("select 1"))).code).toBe("TENON1506");
});

test("a server that does not answer is named without the password", async () => {
  const failure = await failureOf(openDatabase({ url: "postgres://someone:hidden@127.0.0.1:1/nothing" }));
  expect([failure.code, failure.message]).toEqual([
    "TENON1500",
    "TENON1500 no connection to the database postgres://someone:***@127.0.0.1:1/nothing",
  ]);
  const wrong = new URL(server.url);
  wrong.password = "guess";
  const refused = await failureOf(openDatabase({ url: wrong.href }));
  expect([refused.code, sqlStateOf(refused), refused.hint]).toEqual([
    "TENON1500",
    "28P01",
    "correct user and password in the url",
  ]);
  expect(JSON.stringify([failure, refused])).not.toMatch(/hidden|guess/);
});

test.each([
  ["a url that is none", { url: "127.0.0.1/hidden:word" }],
  ["no connections", { url: "postgres://a@b/c", connectionsMax: 0 }],
])("%s is refused before anything is tried", async (_what, options) => {
  const failure = await failureOf(openDatabase(options));
  expect(failure.code).toBe("TENON1507");
  expect(JSON.stringify(failure)).not.toContain("hidden");
});

test("a prepared statement whose table changed is prepared again on another connection", async () => {
  const own = await openDatabase({ url: server.url, connectionsMax: 1 });
  const statement = { name: "all", text: "select * from changing" };
  await own.execute("create table changing (a int4)");
  await own.query(statement);
  await own.execute("alter table changing add column b int4");
  expect((await failureOf(own.query(statement))).code).toBe("TENON1501");
  expect(await own.query(statement)).toEqual([]);
  await own.close();
});

test("a value that cannot be written and a name that is too long are told, and the pool goes on", async () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  expect((await failureOf(database.query("select $1::jsonb", [circular]))).code).toBe("TENON1507");
  const long = { name: "x".repeat(64), text: "select 1" };
  expect((await failureOf(database.query(long))).code).toBe("TENON1507");
  for (let at = 0; at < 8; at++) expect(await database.query("select 1 as one")).toEqual([{ one: 1 }]);
});

test("copyIn with a statement that copies nothing is told", async () => {
  const failure = await failureOf(database.transaction((tx) => tx.copyIn("select 1", [])));
  expect(failure.code).toBe("TENON1506");
});

test("a row that does not fit ends a copy early, without asking the source for the rest", async () => {
  await database.execute("create table narrow (id int4)");
  let asked = 0;
  const failure = await failureOf(
    database.transaction((tx) =>
      tx.copyIn(
        "copy narrow from stdin",
        (async function* () {
          for (; asked < 1_000_000; asked++) {
            yield Buffer.from(asked === 3 ? "x\n" : `${asked}\n`.repeat(2_000));
            if (asked % 16 === 0) await turn();
          }
        })(),
      ),
    ),
  );
  expect([failure.code, sqlStateOf(failure)]).toEqual(["TENON1501", "22P02"]);
  const askedThen = asked;
  for (let at = 0; at < 100; at++) await turn();
  expect(asked - askedThen).toBeLessThanOrEqual(1);
});
