import { expect, test } from "vitest";
import { testDatabase } from "./test-database.ts";

test("a session of another test that waits in the middle of a copy does not hold up the end of a test", async () => {
  const other = await testDatabase();
  await other.database.execute("create table copied (id int8)");
  const asked = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  async function* rows() {
    yield Buffer.from("1\n");
    asked.resolve();
    await goOn.promise;
    yield Buffer.from("2\n");
  }
  const copying = other.database.transaction((tx) => tx.copyIn("copy copied from stdin", rows()));
  await asked.promise;
  try {
    const ended = await testDatabase({ dropMsMax: 100 });
    await ended.drop();
  } finally {
    goOn.resolve();
  }
  expect(await copying).toBe(2);
  await other.drop();
});

test("a dropped database is gone", async () => {
  const kept = await testDatabase();
  // Long enough for whatever other test files do on the server meanwhile.
  const dropped = await testDatabase({ dropMsMax: 25_000 });
  await dropped.drop();
  const name = new URL(dropped.url).pathname.slice(1);
  expect(await kept.database.query("select datname from pg_database where datname = $1", [name])).toEqual([]);
  await kept.drop();
});
