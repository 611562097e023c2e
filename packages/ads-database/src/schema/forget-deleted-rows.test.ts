import { type TestDatabase, testDatabase } from "@tenon/postgres/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { insertSmallMarketplace } from "../../test/small-rows.ts";
import { AdsDatabaseReader } from "../read/ads-database-reader.ts";
import { forgetDeletedRows } from "./forget-deleted-rows.ts";
import { migrateAdsDatabase } from "./migrate-ads-database.ts";

let server: TestDatabase;
beforeAll(async () => {
  server = await testDatabase();
  await migrateAdsDatabase(server.database);
  await insertSmallMarketplace(server.database);
});
afterAll(() => server.drop());

const FUTURE_MS = 4_000_000_000_000;
const read = (key: number) => new AdsDatabaseReader(server.database).row({ table: "ads", key });
const marks = async () =>
  (await server.database.query<{ key: bigint }>("select key from ads.deleted_rows order by key")).map(({ key }) => key);

test("forgotten deletions keep versions rising, and a row that comes back is newer", async () => {
  await server.database.execute("delete from ads.ads where ad_id in (111, 112)");
  const before = [await read(111), await read(112)];
  expect(await forgetDeletedRows(server.database, { beforeMs: 0 })).toBe(0);
  expect(await forgetDeletedRows(server.database, { beforeMs: FUTURE_MS })).toBe(2);
  expect(await marks()).toEqual([0n]);
  for (const { key, version } of before) {
    const after = await read(key);
    expect(after.row).toBeNull();
    expect(after.version % 2).toBe(1);
    expect(after.version).toBeGreaterThanOrEqual(version);
  }
  const gone = await read(111);
  await server.database.execute("insert into ads.ads values (111, 11, 111, 'active', '[]', 1)");
  expect((await read(111)).version).toBeGreaterThan(gone.version);
});

test("a mark younger than an open transaction stays", async () => {
  await server.database.transaction(async (tx) => {
    await tx.query("select 1");
    await server.database.execute("delete from ads.ads where ad_id = 121");
    expect(await forgetDeletedRows(server.database, { beforeMs: FUTURE_MS })).toBe(0);
  });
  expect(await forgetDeletedRows(server.database, { beforeMs: FUTURE_MS })).toBe(1);
});
