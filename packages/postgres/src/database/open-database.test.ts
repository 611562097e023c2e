import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../testing/test-database.ts";
import { sqlStateOf } from "./sql-state.ts";
import { bytesOfText } from "./values.ts";

let server: TestDatabase;
beforeAll(async () => {
  server = await testDatabase({ connectionsMax: 3 });
});
afterAll(() => server.drop());

test("int8 and xid8 come back as bigint, bytea as bytes, times and numeric as text", async () => {
  const [row] = await server.database.query(
    `select 9223372036854775807::int8 as big, array[1, null, -5]::int8[] as bigs, '7'::xid8 as xid, '\\x00ff10'::bytea as bytes,
      '2026-01-02T03:04:05Z'::timestamptz at time zone 'UTC' as at, 1.50::numeric as amount, 3::int4 as small, '{"a":1}'::jsonb as json`,
  );
  expect(row).toEqual({
    big: 9223372036854775807n,
    bigs: [1n, null, -5n],
    xid: 7n,
    bytes: Uint8Array.of(0, 255, 16),
    at: "2026-01-02 03:04:05",
    amount: "1.50",
    small: 3,
    json: { a: 1 },
  });
});

test("a statement for texts answers with arrays, every value as the server wrote it", async () => {
  const statement = {
    name: "texts",
    text: "select 7::int8, true, 1.5::float8, '{\"a\": 1}'::jsonb, '\\x00ff'::bytea, null, 'it'::text",
    texts: true,
  } as const;
  for (const name of ["texts", "texts_again"])
    expect(await server.database.query({ ...statement, name })).toEqual([
      ["7", "t", "1.5", '{"a": 1}', "\\x00ff", null, "it"],
    ]);
  expect(bytesOfText("\\x00ff")).toEqual(new Uint8Array([0, 255]));
  expect(bytesOfText("\\000a")).toEqual(new Uint8Array([0, 97]));
});

test("values go in as what they are: bigint, bytes, arrays of them, json", async () => {
  const [row] = await server.database.query<{ ok: boolean }>(
    "select $1::int8 = 9007199254740993 and $2::bytea = '\\x01ff' and $3::int8[] = array[1, 2]::int8[] and $4::bytea[] = array['\\x02']::bytea[] and $5::jsonb = '{\"a\": [1]}' as ok",
    [9007199254740993n, Uint8Array.of(1, 255), [1n, 2n], [Uint8Array.of(2)], { a: [1] }],
  );
  expect(row).toEqual({ ok: true });
});

test("a transaction commits what it did, and nothing when its work rejects", async () => {
  const { database } = server;
  await database.execute("create table kept (id int8 primary key)");
  await database.transaction((tx) => tx.execute("insert into kept values (1)"));
  const failing = database.transaction(async (tx) => {
    await tx.execute("insert into kept values (2)");
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(await database.query("select id from kept")).toEqual([{ id: 1n }]);
  const twice = await database.transaction((tx) => tx.execute("insert into kept values (1)")).catch((error) => error);
  expect([twice.code, sqlStateOf(twice)]).toEqual(["TENON1501", "23505"]);
});

test("statements of one transaction may be given at once, and keep their order", async () => {
  const rows = await server.database.transaction((tx) =>
    Promise.all([1, 2, 3].map((value) => tx.query({ name: "value", text: "select $1::int4 as value" }, [value]))),
  );
  expect(rows).toEqual([[{ value: 1 }], [{ value: 2 }], [{ value: 3 }]]);
});

test("rows are copied in, and a copy whose source fails copies nothing", async () => {
  const { database } = server;
  await database.execute("create table copied (id int8, word text)");
  const chunks = Array.from({ length: 2_000 }, (_, id) => Buffer.from(`${id}\t${"x".repeat(500)}\n`));
  const copied = await database.transaction(async (tx) => {
    const copying = tx.copyIn("copy copied from stdin", chunks);
    const counted = tx.query<{ count: bigint }>("select count(*) from copied");
    return [await copying, await counted];
  });
  expect(copied).toEqual([2_000, [{ count: 2_000n }]]);
  const broken = function* () {
    yield Buffer.from("1\ta\n");
    throw new Error("source broke");
  };
  const failing = database.transaction((tx) => tx.copyIn("copy copied from stdin", broken()));
  await expect(failing).rejects.toThrow("source broke");
  const swallowed = database.transaction((tx) => tx.copyIn("copy copied from stdin", broken()).catch(() => 0));
  await expect(swallowed).rejects.toMatchObject({ code: "TENON1508" });
  expect(await database.query("select count(*) from copied")).toEqual([{ count: 2_000n }]);
});
