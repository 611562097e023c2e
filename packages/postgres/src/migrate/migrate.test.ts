import type { GraphError } from "@tenon/graph-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openDatabase } from "../database/open-database.ts";
import { type TestDatabase, testDatabase } from "../testing/test-database.ts";
import { type Migration, migrate } from "./migrate.ts";

let server: TestDatabase;
beforeAll(async () => {
  server = await testDatabase({ connectionsMax: 2 });
});
afterAll(() => server.drop());
beforeEach(() => server.database.query("drop schema public cascade; create schema public"));

const first: Migration = { version: 1, name: "accounts", text: "create table account (id int8 primary key)" };
const second: Migration = {
  version: 2,
  name: "spent money",
  text: "alter table account add column spent int8 not null default 0;\ninsert into account values (1, 5);",
};
const run = (...steps: Migration[]) => migrate(server.database, { component: "accounts", steps });

async function failureOf(failing: Promise<unknown>): Promise<GraphError> {
  return (await failing.catch((error: unknown) => error)) as GraphError;
}

test("migrations run once, in order, and only what is new", async () => {
  expect(await run(first)).toEqual({ version: 1, applied: [1] });
  expect(await run(first, second)).toEqual({ version: 2, applied: [2] });
  expect(await run(first, second)).toEqual({ version: 2, applied: [] });
  expect(await server.database.query("select * from account")).toEqual([{ id: 1n, spent: 5n }]);
});

test("components count apart", async () => {
  await run(first);
  const other = { version: 1, name: "words", text: "create table word (text text)" };
  expect((await migrate(server.database, { component: "words", steps: [other] })).applied).toEqual([1]);
});

test("processes that start together wait for one another, and each migration runs once", async () => {
  const databases = await Promise.all([1, 2, 3].map(() => openDatabase({ url: server.url, connectionsMax: 1 })));
  const ran = await Promise.all(
    databases.map((database) => migrate(database, { component: "accounts", steps: [first, second] })),
  );
  expect(ran.flatMap(({ applied }) => applied).sort()).toEqual([1, 2]);
  await Promise.all(databases.map((database) => database.close()));
});

test("a changed text, another name and a missing record are refused by name", async () => {
  await run(first, second);
  const changed = await failureOf(run({ ...first, text: "create table account (id text)" }, second));
  expect([changed.code, changed.message]).toEqual([
    "TENON1516",
    'TENON1516 migration 1 "accounts" of "accounts" is not the one that has run on this database',
  ]);
  const renamed = await failureOf(run(first, { ...second, name: "money" }));
  expect([renamed.code, renamed.detail]).toEqual(["TENON1516", 'expected "money", found "spent money"']);
  await server.database.execute("delete from tenon_migration where version = 1");
  expect(await failureOf(run(first, second))).toMatchObject({
    code: "TENON1516",
    detail: expect.stringContaining("no record that migration 1 has run"),
  });
});

test("line ends of another system are not a change", async () => {
  await run(first, second);
  expect((await run(first, { ...second, text: second.text.replaceAll("\n", "\r\n") })).applied).toEqual([]);
});

test("a database that is newer than the program is refused", async () => {
  await run(first, second);
  expect(await failureOf(run(first))).toMatchObject({
    code: "TENON1517",
    detail: 'expected version 1 or earlier, found 2, migration "spent money"',
  });
});

test("a failing migration is kept out whole, and those before it are kept", async () => {
  const broken = { version: 2, name: "broken", text: "create table half (id int8); select 1 / 0" };
  const failure = await failureOf(run(first, broken, { ...second, version: 3 }));
  expect([failure.code, failure.message]).toEqual(["TENON1518", 'TENON1518 migration 2 "broken" of "accounts" failed']);
  const tables = await server.database.query("select tablename from pg_tables where schemaname = 'public' order by 1");
  expect(tables).toEqual([{ tablename: "account" }, { tablename: "tenon_migration" }]);
  expect((await run(first, second)).applied).toEqual([2]);
});

test.each([[[second]], [[first, { ...second, version: 3 }]], [[first, first]]])(
  "versions that do not count from 1 without gaps are refused",
  async (steps) => {
    expect((await failureOf(run(...steps))).code).toBe("TENON1507");
  },
);

test("a starter that dies while it migrates does not hold up the next", async () => {
  const connection = await server.database.connect();
  await connection.query("select pg_advisory_lock(7403211509)");
  const waiting = run(first);
  await connection.close();
  expect((await waiting).applied).toEqual([1]);
});
