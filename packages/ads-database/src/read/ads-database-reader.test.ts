import { type TestDatabase, testDatabase } from "@tenon/postgres/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ADS_TABLES } from "../api/tables.ts";
import { migrateAdsDatabase } from "../schema/migrate-ads-database.ts";
import { AdsDatabaseReader } from "./ads-database-reader.ts";
import { pages } from "./pages.ts";

let server: TestDatabase;
beforeAll(async () => {
  server = await testDatabase();
  await migrateAdsDatabase(server.database);
});
afterAll(() => server.drop());
beforeEach(() => server.database.execute(`truncate ${ADS_TABLES.map((table) => `ads.${table}`).join(", ")}`));

const insertCreative = (id: number) =>
  `insert into ads.creatives (creative_id, title, body, landing_url, image_url, review)
   values (${id}, 'Title ${id}', '', 'https://brands.example/${id}', null, 'approved')`;
const creative = (key: number) => ({ table: "creatives", key }) as const;
const read = async (key: number) => new AdsDatabaseReader(server.database).row(creative(key));

describe("versions", () => {
  test("order writes, deletes and re-inserts of one row; two readings of one state are equal", async () => {
    const states = [];
    for (const statement of [
      insertCreative(1),
      "update ads.creatives set body = 'new' where creative_id = 1",
      "delete from ads.creatives where creative_id = 1",
      insertCreative(1),
      "update ads.creatives set creative_id = 2 where creative_id = 1",
      "truncate ads.creatives cascade",
    ]) {
      await server.database.execute(statement);
      const state = await read(1);
      expect(await read(1)).toEqual(state);
      expect(state.version % 2).toBe(state.row === null ? 1 : 0);
      states.push(state.version);
    }
    expect(states).toEqual([...new Set(states)].sort((left, right) => left - right));
    expect((await read(2)).row).toBeNull();
  });

  test("a row that never was has version 1, until its table was truncated", async () => {
    const other = await testDatabase();
    try {
      await migrateAdsDatabase(other.database);
      const reader = new AdsDatabaseReader(other.database);
      expect(await reader.row(creative(9))).toMatchObject({ version: 1, updatedAtMs: 0, row: null });
    } finally {
      await other.drop();
    }
  });

  test("a re-insert that was under way while the row was found missing is newer than the deletion", async () => {
    await server.database.execute(insertCreative(3));
    await server.database.execute("delete from ads.creatives where creative_id = 3");
    let missing = await read(3);
    await server.database.transaction(async (tx) => {
      await tx.execute(insertCreative(3));
      missing = await read(3);
    });
    const back = await read(3);
    expect(missing.row).toBeNull();
    expect(back.row).not.toBeNull();
    expect(back.version).toBeGreaterThan(missing.version);
  });

  test("an insert whose number is older than a deletion it did not see is refused for a retry", async () => {
    await server.database.execute(insertCreative(40_004));
    // A deletion between the number and the look at the key, as if by another transaction: its mark is newer.
    await server.database.execute("delete from ads.creatives where creative_id = 40004");
    await server.database.execute("update ads.deleted_rows set row_version = row_version + 1000 where key = 40004");
    await expect(server.database.execute(insertCreative(40_004))).rejects.toMatchObject({ cause: { code: "40001" } });
  });

  test("rise in the order of commits under concurrent edits of one row", async () => {
    await server.database.execute(insertCreative(5));
    const seen: { readonly version: number; readonly body: string }[] = [];
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let edit = 0; edit < 20; edit++) {
          await server.database.transaction(async (tx) => {
            // The count in the text is what the commits really did, one after another.
            await tx.execute(
              "update ads.creatives set body = (coalesce(nullif(body, ''), '0')::int + 1)::text where creative_id = 5",
            );
            if ((edit + writer) % 3 === 0) await tx.query("select pg_sleep(0.001)");
          });
          const { version, row } = await read(5);
          seen.push({ version, body: row?.body ?? "" });
        }
      }),
    );
    const inOrder = [...seen].sort((left, right) => left.version - right.version).map(({ body }) => Number(body));
    expect(inOrder).toEqual([...inOrder].sort((left, right) => left - right));
    expect(inOrder.at(-1)).toBe(160);
    const bodyOf = new Map(seen.map(({ version, body }) => [version, body]));
    for (const { version, body } of seen) expect(bodyOf.get(version)).toBe(body);
  });
});

describe("many asks", () => {
  test("of one turn are one query per table, and one key is read once", async () => {
    const queries: string[] = [];
    const reader = new AdsDatabaseReader(server.database, {
      onQuery: (table, keys) => queries.push(`${table} ${keys}`),
    });
    await server.database.execute(insertCreative(1));
    const asks = [1, 2, 1, 3].map((key) => reader.row(creative(key)));
    const ads = reader.row({ table: "ads", key: 1 });
    const rows = await Promise.all(asks);
    await ads;
    expect(queries).toEqual(["creatives 3", "ads 1"]);
    expect(rows.map(({ key, row }) => [key, row?.title])).toEqual([
      [1, "Title 1"],
      [2, undefined],
      [1, "Title 1"],
      [3, undefined],
    ]);
  });

  test("are cut into queries, and answered in the order of the asks", async () => {
    const queries: number[] = [];
    const reader = new AdsDatabaseReader(server.database, {
      keysPerQueryMax: 10,
      queriesMax: 2,
      onQuery: (_, keys) => queries.push(keys),
    });
    const keys = Array.from({ length: 35 }, (_, index) => 35 - index);
    expect((await reader.rows(keys.map(creative))).map(({ key }) => key)).toEqual(keys);
    expect(queries).toEqual([10, 10, 10, 5]);
  });

  test("beyond the bound are refused, and there is room again when rows have come", async () => {
    const reader = new AdsDatabaseReader(server.database, { asksMax: 2 });
    const taken = [reader.row(creative(1)), reader.row(creative(2))];
    await expect(reader.row(creative(3))).rejects.toMatchObject({ code: "TENON1577" });
    await expect(reader.rows([creative(3)])).rejects.toMatchObject({ code: "TENON1577" });
    await Promise.all(taken);
    await expect(reader.rows([creative(1), creative(2), creative(3)])).rejects.toMatchObject({ code: "TENON1577" });
    expect((await reader.row(creative(3))).row).toBeNull();
  });

  test("a caller that gives up hears its reason, the others their rows", async () => {
    const reader = new AdsDatabaseReader(server.database);
    const control = new AbortController();
    const given = reader.row(creative(1), control.signal);
    const other = reader.row(creative(1));
    control.abort(new Error("too late"));
    await expect(given).rejects.toThrow("too late");
    await expect(reader.row(creative(1), control.signal)).rejects.toThrow("too late");
    expect((await other).key).toBe(1);
  });

  test("a query that fails rejects its asks, and the next ones are read", async () => {
    const reader = new AdsDatabaseReader(server.database);
    await expect(reader.row({ table: "ads", key: 0.5 })).rejects.toMatchObject({ code: "TENON1501" });
    expect((await reader.row({ table: "ads", key: 1 })).row).toBeNull();
  });
});

describe("pages", () => {
  test("bring every row once, ascending, as the reader does", async () => {
    for (let id = 1; id <= 25; id++) await server.database.execute(insertCreative(id));
    const reader = new AdsDatabaseReader(server.database);
    const sizes: number[] = [];
    const keys: number[] = [];
    for await (const page of pages(server.database, "creatives", { rowsMax: 10, after: 2, columns: true })) {
      sizes.push(page.length);
      for (const { key, version, updatedAtMs, row } of page) {
        keys.push(key);
        expect(await reader.row(creative(key))).toEqual({ ...creative(key), version, updatedAtMs, row });
      }
    }
    expect(sizes).toEqual([10, 10, 3]);
    expect(keys).toEqual(Array.from({ length: 23 }, (_, index) => index + 3));
    const plain = await pages(server.database, "creatives").next();
    expect(plain.value?.[0]).toMatchObject({ key: 1, row: undefined });
  });

  test("stop when they are told to", async () => {
    await server.database.execute(insertCreative(1));
    const read = pages(server.database, "creatives", { signal: AbortSignal.abort(new Error("enough")) }).next();
    await expect(read).rejects.toThrow("enough");
  });
});
