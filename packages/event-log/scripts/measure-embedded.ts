/**
 * Append and read rates of the embedded log on a server that waits for its disk, and of the alternatives that were not taken.
 * Usage: node --conditions=@tenon/source packages/event-log/scripts/measure-embedded.ts
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, openDatabase, startEmbeddedPostgres } from "@tenon/postgres";
import type { NewRecord } from "../src/api/event-log.ts";
import { appendRecords } from "../src/embedded/append-records.ts";
import { openEmbeddedLog } from "../src/embedded/open-embedded-log.ts";
import { Topics } from "../src/embedded/topics.ts";

const WRITERS = 8;
const SECONDS = 4;
const value = new Uint8Array(200).fill(120);

const folder = await mkdtemp(join(tmpdir(), "tenon-measure-"));
const server = await startEmbeddedPostgres({ dataFolder: join(folder, "data") });
const pools = await Promise.all(
  Array.from({ length: WRITERS }, () => openDatabase({ url: server.url, connectionsMax: 2 })),
);
const [database] = pools as [Database];

async function rate(name: string, batch: number, write: (writer: number) => Promise<unknown>): Promise<void> {
  const untilMs = performance.now() + SECONDS * 1_000;
  const startMs = performance.now();
  let appends = 0;
  await Promise.all(
    pools.map(async (_, writer) => {
      while (performance.now() < untilMs) {
        await write(writer);
        appends++;
      }
    }),
  );
  const perSecond = (appends * 1_000) / (performance.now() - startMs);
  console.log(
    `${name.padEnd(46)} ${String(batch).padStart(5)} ${perSecond.toFixed(0).padStart(8)} ${(perSecond * batch).toFixed(0).padStart(9)}`,
  );
}

const recordsOf = (topic: string, count: number, partition = 0): NewRecord[] =>
  Array.from({ length: count }, (_, at) => ({ topic, partition, key: `k${at}`, timeMs: at, headers: {}, value }));

try {
  const log = await openEmbeddedLog({ database, retainEveryMs: 0 });
  const topics = new Topics(database);
  await log.createTopics([
    { name: "one", partitions: 1, retentionMs: 3_600_000 },
    { name: "eight", partitions: WRITERS, retentionMs: 3_600_000 },
  ]);
  // The alternative: a sequence without a lock, and the transaction's id for the reader's fence.
  await database.query(`create table fenced (log_offset bigint generated always as identity primary key,
    xid xid8 not null default pg_current_xact_id(), time_ms int8, appended_at_ms int8, size int4, key bytea, headers text, value bytea)`);
  const fenced = async (writer: number, batch: number): Promise<unknown> =>
    (pools[writer] as Database).query(
      {
        name: "fenced",
        text: `insert into fenced (time_ms, appended_at_ms, size, key, headers, value)
               select 1, 1, 300, '\\x6b', '{}', $1::bytea from generate_series(1, $2::int)`,
      },
      [value, batch],
    );
  console.log(`Postgres ${server.version}, fsync on, ${WRITERS} writers, values of ${value.length} bytes`);
  console.log(`${"".padEnd(46)} batch appends/s records/s`);
  for (const batch of [1, 10, 100, 1_000]) {
    const one = await topics.place({ topic: "one", partition: 0 });
    const places = await Promise.all(pools.map((_, partition) => topics.place({ topic: "eight", partition })));
    const records = recordsOf("one", batch);
    const to = (writer: number, place: typeof one) => appendRecords(pools[writer] as Database, place, records);
    await rate("row lock, one partition", batch, (writer) => to(writer, one));
    await rate("row lock, a partition each", batch, (writer) => to(writer, places[writer] as typeof one));
    await rate("sequence and fence (not taken), one partition", batch, (writer) => fenced(writer, batch));
  }
  await rate("port, one process, 8 callers, one partition", 10, () => log.append(recordsOf("one", 10)));
  const [{ end } = { end: 0 }] = await log.offsets("one");
  const reader = await log.read({ topic: "one", partition: 0, fromOffset: 0 });
  const startMs = performance.now();
  let read = 0;
  while (read < Math.min(end, 300_000))
    read += (await reader.pull({ recordsMax: 5_000, bytesMax: 8e6, waitMs: 0 })).length;
  console.log(`read ${read} records: ${((read * 1_000) / (performance.now() - startMs)).toFixed(0)} records/s`);
  await reader.close();
  await log.close();
} finally {
  for (const pool of pools) await pool.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
