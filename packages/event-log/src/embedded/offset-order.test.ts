import { setTimeout as sleep } from "node:timers/promises";
import { openDatabase } from "@tenon/postgres";
import { type TestDatabase, testDatabase } from "@tenon/postgres/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { NewRecord } from "../api/event-log.ts";
import { type AppendOptions, appendRecords } from "./append-records.ts";
import { openEmbeddedLog } from "./open-embedded-log.ts";
import { readRecords } from "./read-records.ts";
import { makeSegment } from "./segments.ts";
import { Topics } from "./topics.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ connectionsMax: 20 });
  await (await openEmbeddedLog({ database: db.database, retainEveryMs: 0 })).close();
});
afterAll(async () => {
  await db.drop();
});

const OURS: AppendOptions = {};
/** What a table with a serial column does: a number is taken when it is asked for, and seen when its transaction ends. */
const NAIVE: AppendOptions = {
  head: "select nextval('naive_offsets') as first where $1::int4 is not null and $2::int4 is not null and $3::int8 = 1",
};

async function freshTopic(name: string) {
  const topics = new Topics(db.database);
  await topics.create({ name, partitions: 1, retentionMs: 3_600_000 });
  const place = await topics.place({ topic: name, partition: 0 });
  await makeSegment(db.database, place, 1);
  await db.database.query("drop sequence if exists naive_offsets");
  await db.database.query("create sequence naive_offsets minvalue 0 start 0");
  return place;
}

function recordOf(topic: string, text: string): NewRecord {
  return { topic, partition: 0, key: text, timeMs: 0, headers: {}, value: Buffer.from(text) };
}

/** Resolves when the work has ended, or waits for another's lock. */
async function untilEndedOrBlocked(work: Promise<unknown>): Promise<void> {
  let ended = false;
  const end = () => {
    ended = true;
  };
  work.then(end, end);
  const blocked = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  while (!ended && (await db.database.query(blocked)).length === 0) await sleep(5);
}

/** Two writers of which the first one to begin ends last, and a reader that looks in between. */
async function readWhileOneWriterIsLate(name: string, options: AppendOptions): Promise<readonly string[]> {
  const place = await freshTopic(name);
  // So that the reader's check of the end does not hide what the naive offsets do.
  if (options.head !== undefined)
    await db.database.execute("update tenon_log_partition set next_offset = 1000 where topic_id = $1", [place.topicId]);
  const append = (text: string, on = db.database as Parameters<typeof appendRecords>[4]) =>
    appendRecords(db.database, place, [recordOf(name, text)], options, on);
  const seen: string[] = [];
  let cursor = 0;
  const look = async (): Promise<void> => {
    const { records: found } = await readRecords(db.database, { topic: name, partition: 0 }, place, cursor, {
      recordsMax: 10,
      bytesMax: 1e6,
    });
    for (const record of found) seen.push(record.key);
    cursor = (found.at(-1)?.offset ?? cursor - 1) + 1;
  };
  let second: Promise<number> | undefined;
  await db.database.transaction(async (tx) => {
    await append("first", tx);
    second = append("second");
    // The second one ends, if it can, before the reader looks.
    await untilEndedOrBlocked(second);
    await look();
  });
  await second;
  await look();
  return seen;
}

test("a naive cursor over a sequence loses the record of a writer that ends late; ours delivers both, in order", async () => {
  expect(await readWhileOneWriterIsLate("naive", NAIVE)).toEqual(["second"]);
  expect(await readWhileOneWriterIsLate("ours", OURS)).toEqual(["first", "second"]);
});

test("eight writers at once, some of which give up: a reader that follows them gets every record once, without a hole", async () => {
  const name = "eight";
  const place = await freshTopic(name);
  const writers = await openDatabase({ url: db.url, connectionsMax: 8 });
  let committed = 0;
  let running = true;
  const write = async (writer: number): Promise<void> => {
    for (let at = 0; at < 40; at++) {
      const givesUp = (at + writer) % 9 === 0;
      await writers
        .transaction(async (tx) => {
          await appendRecords(db.database, place, [recordOf(name, `${writer}:${at}`)], OURS, tx);
          await sleep((at * writer) % 4);
          if (givesUp) throw new Error("gives up");
        })
        .then(
          () => committed++,
          () => undefined,
        );
    }
  };
  const offsets: number[] = [];
  const follow = async (): Promise<void> => {
    for (let next = 0; running || offsets.length < committed; ) {
      const { records: found } = await readRecords(db.database, { topic: name, partition: 0 }, place, next, {
        recordsMax: 50,
        bytesMax: 1e6,
      });
      offsets.push(...found.map(({ offset }) => offset));
      next = offsets.length;
    }
  };
  const following = follow();
  await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
  running = false;
  await following;
  await writers.close();
  expect(committed).toBeGreaterThan(250);
  expect(offsets).toEqual(Array.from({ length: committed }, (_, offset) => offset));
}, 60_000);
