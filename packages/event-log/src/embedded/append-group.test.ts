/** Appends and reads of several partitions by one statement. */
import type { Database } from "@tenon/postgres";
import { testDatabase } from "@tenon/postgres/testing";
import { afterAll, expect, test } from "vitest";
import type { NewRecord } from "../api/event-log.ts";
import { AppendGroup } from "./append-group.ts";
import { openEmbeddedLog } from "./open-embedded-log.ts";
import { ReadGroup } from "./read-group.ts";
import { moveEarliest } from "./segments.ts";
import { Topics } from "./topics.ts";

const { database, drop } = await testDatabase({ connectionsMax: 20 });
await (await openEmbeddedLog({ database, retainEveryMs: 0 })).close();
afterAll(drop);

const PARTITIONS = 4;
const BOUNDS = { recordsMax: 1_000, bytesMax: 1e7 };
let made = 0;

/** A topic with a group of its own: its statements are counted. */
async function topicOf() {
  const topics = new Topics(database);
  const name = `together-${++made}`;
  await topics.create({ name, partitions: PARTITIONS, retentionMs: 3_600_000 });
  let statements = 0;
  const counted: Database = {
    ...{ serverVersion: database.serverVersion, close: () => database.close(), connect: () => database.connect() },
    execute: (...asked) => database.execute(...asked),
    transaction: (...asked) => database.transaction(...asked),
    query: (...asked) => {
      statements++;
      return database.query(...asked);
    },
  };
  const [appends, reads] = [new AppendGroup(counted), new ReadGroup(counted)];
  const append = async (partition: number, texts: readonly string[]) =>
    appends.append(
      await topics.place({ topic: name, partition }),
      texts.map(
        (text): NewRecord => ({
          ...{ topic: name, partition, key: `key ${text}`, timeMs: 5, headers: { of: text } },
          value: Buffer.from(text),
        }),
      ),
    );
  const read = async (partition: number, offset = 0, recordsMax = BOUNDS.recordsMax) => {
    const at = { topic: name, partition };
    const { records, end } = await reads.read(at, await topics.place(at), offset, { ...BOUNDS, recordsMax });
    return { end, found: records.map(({ offset, value, key }) => `${offset} ${Buffer.from(value)} ${key}`) };
  };
  const place = (partition: number) => topics.place({ topic: name, partition });
  return { name, append, read, place, statements: () => statements };
}

test("appends of one turn are one statement, each with the offsets of its partition; so are the reads", async () => {
  const { append, read, statements } = await topicOf();
  // The first ones make their segments.
  await Promise.all([0, 1, 2].map((partition) => append(partition, ["first"])));
  const before = statements();
  expect(await Promise.all([append(2, ["a", "b"]), append(0, ["c"]), append(1, ["d", "e", "f"])])).toEqual([1, 1, 1]);
  expect(statements() - before).toBe(1);
  const found = await Promise.all([read(1, 1, 2), read(2), read(0, 2), read(3)]);
  expect(statements() - before).toBe(2);
  expect(found).toEqual([
    { end: 4, found: ["1 d key d", "2 e key e"] },
    { end: 3, found: ["0 first key first", "1 a key a", "2 b key b"] },
    { end: 2, found: [] },
    { end: 0, found: [] },
  ]);
});

test("a partition without room gets its segment, and the others do not wait for it in vain", async () => {
  const { append, read } = await topicOf();
  await append(0, ["first"]);
  expect(await Promise.all([append(0, ["a"]), append(1, ["b"]), append(3, ["c"])])).toEqual([1, 0, 0]);
  expect((await Promise.all([read(0), read(1), read(3)])).map(({ found }) => found.length)).toEqual([2, 1, 1]);
});

test("what the server refuses of one partition is appended of the others", async () => {
  const { append, read } = await topicOf();
  await Promise.all([0, 1, 2].map((partition) => append(partition, ["first"])));
  const name = { constraint: `refused_${made}` };
  const [table] = await database.query<{ id: number }>("select id from tenon_log_topic where name = $1", [
    `together-${made}`,
  ]);
  await database.execute(
    `alter table tenon_log_${table?.id} add constraint ${name.constraint} check (headers not like '%poison%')`,
  );
  const outcomes = await Promise.allSettled([append(0, ["a"]), append(1, ["poison"]), append(2, ["b"])]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect((await Promise.all([0, 1, 2].map((partition) => read(partition)))).map(({ end }) => end)).toEqual([2, 1, 2]);
});

test("a read that is refused is refused alone", async () => {
  const { append, read, place } = await topicOf();
  await Promise.all([0, 1].map((partition) => append(partition, ["a", "b"])));
  await moveEarliest(database, await place(0), 1);
  const [trimmed, other, beyond] = await Promise.allSettled([read(0), read(1), read(2, 7)]);
  expect(trimmed).toMatchObject({ status: "rejected", reason: { code: "TENON1555" } });
  expect(other).toMatchObject({ status: "fulfilled", value: { end: 2 } });
  expect(beyond).toMatchObject({ status: "rejected", reason: { code: "TENON1557" } });
});

test("writers that append to the same partitions at once lose nothing, leave no hole, and wait for none in a circle", async () => {
  const first = await topicOf();
  await Promise.all([0, 1, 2, 3].map((partition) => first.append(partition, ["first"])));
  const topics = new Topics(database);
  const ROUNDS = 25;
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    const group = new AppendGroup(database);
    const order = writer % 2 === 0 ? [0, 1, 2, 3] : [3, 2, 1, 0];
    for (let round = 0; round < ROUNDS; round++)
      await Promise.all(
        order.map(async (partition) => {
          const at = { topic: first.name, partition };
          const record = { ...at, key: "k", timeMs: 0, headers: {}, value: Buffer.from(`${writer}/${round}`) };
          await group.append(await topics.place(at), [record]);
        }),
      );
  });
  await Promise.all(writers);
  for (const partition of [0, 1, 2, 3]) {
    const { found } = await first.read(partition);
    expect(found.map((each) => Number(each.split(" ")[0]))).toEqual(found.map((_, offset) => offset));
    for (const writer of [0, 1, 2, 3]) {
      const own = found.map((each) => each.split(" ")[1] ?? "").filter((text) => text.startsWith(`${writer}/`));
      expect(own).toEqual(Array.from({ length: ROUNDS }, (_, round) => `${writer}/${round}`));
    }
  }
  const [{ deadlocks } = { deadlocks: -1n }] = await database.query<{ deadlocks: bigint }>(
    "select deadlocks from pg_stat_database where datname = current_database()",
  );
  expect(Number(deadlocks)).toBe(0);
});
