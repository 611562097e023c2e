import { type TestDatabase, testDatabase } from "@tenon/postgres/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { NewRecord } from "../api/event-log.ts";
import type { EmbeddedLog } from "./embedded-log.ts";
import { openEmbeddedLog } from "./open-embedded-log.ts";

let db: TestDatabase;
let log: EmbeddedLog;
beforeAll(async () => {
  db = await testDatabase();
  log = await openEmbeddedLog({ database: db.database, retainEveryMs: 0 });
});
afterAll(async () => {
  await log.close();
  await db.drop();
});

const RETENTION_MS = 3_600_000;
const PULL = { recordsMax: 5_000, bytesMax: 1e9, waitMs: 0 };

async function makeTopic(name: string) {
  const topic = { name, partitions: 1, retentionMs: RETENTION_MS };
  await log.createTopics([topic]);
  const [row] = await db.database.query<{ id: number }>("select id from tenon_log_topic where name = $1", [name]);
  const id = row?.id ?? 0;
  return { topic, id };
}

const recordsOf = (topic: string, count: number): NewRecord[] =>
  Array.from({ length: count }, (_, at) => ({
    topic,
    partition: 0,
    key: "k",
    timeMs: at,
    headers: {},
    value: Buffer.from(`${at}`),
  }));

/** Tables of a topic's records. */
async function tables(id: number): Promise<readonly string[]> {
  const rows = await db.database.query<{ name: string }>(
    "select relname as name from pg_class where relname like $1 and relkind = 'r' order by oid",
    [`tenon\\_log\\_${id}\\_0\\_%`],
  );
  return rows.map(({ name }) => name);
}

/** As if the records had been appended longer ago. */
async function age(id: number, below: number): Promise<void> {
  await db.database.execute(`update tenon_log_${id} set appended_at_ms = appended_at_ms - $1 where log_offset < $2`, [
    RETENTION_MS + 1_000,
    below,
  ]);
}

/** Fills the rest of the partition's segment without its 100,000 records. */
async function endSegmentAt(id: number, end: number): Promise<void> {
  await db.database.execute("update tenon_log_segment set end_offset = $2 where topic_id = $1 and end_offset > $2", [
    id,
    end,
  ]);
  await db.database.execute("update tenon_log_partition set segment_end = $2 where topic_id = $1", [id, end]);
}

async function read(topic: string, fromOffset: number): Promise<readonly number[]> {
  const reader = await log.read({ topic, partition: 0, fromOffset });
  const records = await reader.pull(PULL);
  await reader.close();
  return records.map(({ offset }) => offset);
}

test("a batch that does not fit into a segment goes on in the next, without a gap", async () => {
  const { topic, id } = await makeTopic("rolling");
  await log.append(recordsOf(topic.name, 10));
  await shorten(id, 12);
  const appended = await log.append(recordsOf(topic.name, 5));
  expect(appended.map(({ offset }) => offset)).toEqual([10, 11, 12, 13, 14]);
  expect(await tables(id)).toEqual([`tenon_log_${id}_0_0`, `tenon_log_${id}_0_12`]);
  expect(await read(topic.name, 0)).toEqual(Array.from({ length: 15 }, (_, offset) => offset));
});

test("retention drops whole segments whose newest record is too old, and nothing younger", async () => {
  const { topic, id } = await makeTopic("retained");
  await log.append(recordsOf(topic.name, 10));
  await shorten(id, 10);
  await log.append(recordsOf(topic.name, 10));
  expect(await tables(id)).toEqual([`tenon_log_${id}_0_0`, `tenon_log_${id}_0_10`]);
  expect(await log.dropExpired()).toBe(0);
  await age(id, 15);
  expect(await log.dropExpired()).toBe(1);
  expect(await tables(id)).toEqual([`tenon_log_${id}_0_10`]);
  expect(await log.offsets(topic.name)).toMatchObject([{ earliest: 10, end: 20 }]);
  expect(await read(topic.name, 10)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  await expect(read(topic.name, 9)).rejects.toMatchObject({ code: "TENON1555" });
});

test("a quiet partition's last segment goes too, and the next append continues its offsets", async () => {
  const { topic, id } = await makeTopic("quiet");
  await log.append(recordsOf(topic.name, 10));
  await age(id, 10);
  expect(await log.dropExpired()).toBe(1);
  expect(await tables(id)).toEqual([]);
  expect(await log.offsets(topic.name)).toMatchObject([{ earliest: 10, end: 10, newestTimeMs: undefined }]);
  expect((await log.append(recordsOf(topic.name, 2))).map(({ offset }) => offset)).toEqual([10, 11]);
  expect(await read(topic.name, 10)).toEqual([10, 11]);
});

test("trimming drops the segments below, and a reader in the middle of a dropped one is told", async () => {
  const { topic, id } = await makeTopic("trimmed");
  await log.append(recordsOf(topic.name, 10));
  await shorten(id, 10);
  await log.append(recordsOf(topic.name, 10));
  const reader = await log.read({ topic: topic.name, partition: 0, fromOffset: 0 });
  expect(await reader.pull({ ...PULL, recordsMax: 3 })).toHaveLength(3);
  await log.trim({ topic: topic.name, partition: 0 }, 12);
  expect(await tables(id)).toEqual([`tenon_log_${id}_0_10`]);
  await expect(reader.pull(PULL)).rejects.toMatchObject({ code: "TENON1555" });
  await reader.close();
});

/** Ends the last segment at an offset, its table included. */
async function shorten(id: number, end: number): Promise<void> {
  const segment = `tenon_log_${id}_0_0`;
  await db.database.query(`alter table tenon_log_${id}_0 detach partition ${segment}`);
  await db.database.query(`alter table tenon_log_${id}_0 attach partition ${segment} for values from (0) to (${end})`);
  await endSegmentAt(id, end);
}
