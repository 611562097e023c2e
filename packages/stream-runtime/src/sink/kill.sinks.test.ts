/** Handlers with sinks over real Postgres and the log in it, killed with -9 around commit, append and removal. */
import type { ChildProcess } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { openEmbeddedLog } from "@tenon/event-log/embedded";
import { type Database, openDatabase } from "@tenon/postgres";
import { openRepo, versionOf, withBase } from "@tenon/storage-repo";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endChild, startChild } from "../../test/child.ts";
import { type OwnServer, ownServer } from "../../test/own-server.ts";
import { SINK_POINTS, type SinkSettings } from "../../test/sink-points.ts";
import { labelsOf, type TreeWrite, treeWriteOf } from "../../test/tree-histories.ts";
import { LabelRead, Labels, TREE } from "../../test/tree-world.ts";
import { PostgresWorkStore } from "../change/postgres-work-store.ts";

const TEST_MAX_MS = 120_000;
const SETTLED_MS_MAX = 30_000;
/** After this long without a message that is missing, it is lost. */
const PLANT_MS_MAX = 3_000;

let own: OwnServer;
beforeAll(async () => {
  own = await ownServer({ fsync: "off", max_connections: "100" });
});
afterAll(() => own.stop());

/** A database with a witness of every message that was committed: written by a trigger, in the run's own transaction. */
async function world(name: string) {
  await own.database.execute(`create database ${name}`);
  const url = own.url.replace(/\/postgres$/, `/${name}`);
  const database = await openDatabase({ url, connectionsMax: 10 });
  const repo = await openRepo({ database, entities: TREE });
  const log = await openEmbeddedLog({ database });
  await log.createTopics([Labels]);
  await new PostgresWorkStore(database).prepare();
  await database.execute("create table witness (id text primary key, key text not null, value bytea not null)");
  await database.execute(`create function witnessed() returns trigger language plpgsql as $$ begin
    insert into witness values (new.headers->>'tenon-id', new.key, new.value); return new; end $$`);
  await database.execute(
    "create trigger witnessed after insert on stream_sink for each row execute function witnessed()",
  );
  let version = 0;
  const all: TreeWrite[] = [];
  return {
    ...{ url, database, repo, log, all },
    play: async (write: TreeWrite) => {
      all.push(write);
      const writes = treeWriteOf(write, versionOf(0, ++version));
      await repo.tx((tx) => tx.write(writes), { isolation: "readCommitted", attemptsMax: 20 });
    },
    close: async () => {
      await log.close();
      await database.close();
    },
  };
}
type World = Awaited<ReturnType<typeof world>>;

interface Sent {
  readonly id: string;
  readonly key: string;
  readonly text: string;
}

async function sent({ log }: World): Promise<readonly Sent[]> {
  const all: Sent[] = [];
  for (const { partition, end } of await log.offsets(Labels.name)) {
    const reader = await log.read({ topic: Labels.name, partition, fromOffset: 0 });
    for (let next = 0; next < end; ) {
      const records = await reader.pull({ recordsMax: 10_000, bytesMax: 2 ** 26, waitMs: 1_000 });
      for (const { headers, key, value, offset } of records) {
        all.push({ id: headers["tenon-id"] as string, key, text: Buffer.from(value).toString() });
        next = offset + 1;
      }
    }
    await reader.close();
  }
  return all;
}

async function witnessed(database: Database): Promise<readonly Sent[]> {
  const rows = await database.query<{ id: string; key: string; value: Uint8Array }>("select * from witness");
  return rows.map(({ id, key, value }) => ({ id, key, text: Buffer.from(value).toString() }));
}

/** What is wrong with the log, by the witness. */
async function problems(at: World): Promise<readonly string[]> {
  const committed = new Map((await witnessed(at.database)).map((each) => [each.id, `${each.key} ${each.text}`]));
  const found: string[] = [];
  const seen = new Set<string>();
  const newest = new Map<string, number>();
  for (const { id, key, text } of await sent(at)) {
    const truth = committed.get(id);
    if (truth === undefined) found.push(`${id} was never committed`);
    else if (truth !== `${key} ${text}`) found.push(`${id} has two contents`);
    if (seen.has(id)) continue;
    seen.add(id);
    // Versions of a key rise with its runs.
    const { version } = JSON.parse(text) as { readonly version: number };
    if (version <= (newest.get(key) ?? 0)) found.push(`${id} comes after a later one`);
    newest.set(key, version);
  }
  for (const id of committed.keys()) if (!seen.has(id)) found.push(`${id} is not in the log`);
  return found;
}

/** Resolves when every label is as it must be and nothing waits; or after so long. */
async function settled(at: World, maxMs: number): Promise<void> {
  for (const untilMs = Date.now() + maxMs; Date.now() < untilMs; await pause(25)) {
    const rows = await at.repo.read([LabelRead], (snapshot) => snapshot.page(LabelRead, { rowsMax: 100 }));
    const isDerived = rows.every(({ key, columns }) => labelsOf(at.all).get(key) === columns.label);
    const [row] = await at.database.query<{ waiting: number }>(
      "select ((select count(*) from stream_work) + (select count(*) from stream_sink))::int as waiting",
    );
    if (isDerived && rows.length === labelsOf(at.all).size && row?.waiting === 0) return;
  }
}

const start = (settings: SinkSettings) => startChild("sink-main.ts", settings);

/** A change of one ad, or of a group above several. */
function change(step: number): TreeWrite {
  if (step % 7 === 6) return { kind: "group", key: `g${1 + (step % 2)}`, bid: step, campaignId: 1 };
  return { kind: "ad", key: 1 + (step % 5), creative: step, groupId: `g${1 + (step % 2)}` };
}

/** Changes until the process has killed itself. */
async function playUntilKilled(at: World, child: ChildProcess, from: number): Promise<number> {
  let step = from;
  for (; child.signalCode === null && step < from + 2_000; step++) {
    await at.play(change(step));
    if (step % 5 === 0) await pause(20);
  }
  return step;
}

test(
  "killed at every point: each committed message is in the log, in order per key, and nothing else is",
  async () => {
    const at = await world("sinks");
    const children: ChildProcess[] = [];
    try {
      let step = 0;
      for (const [index, point] of [...SINK_POINTS, ...SINK_POINTS].entries()) {
        const child = await start({ databaseUrl: at.url, kill: { point, pass: 1 + index } });
        children.push(child);
        step = await playUntilKilled(at, child, step);
        expect(child.signalCode, point).toBe("SIGKILL");
        // What was removed is in the log, and what is not in the log waits: at any moment, before anybody mends anything.
        const waiting = await at.database.query<{ id: string }>("select headers->>'tenon-id' as id from stream_sink");
        const missing = (await problems(at)).filter(
          (each) => !waiting.some(({ id }) => each === `${id} is not in the log`),
        );
        expect(missing, point).toEqual([]);
      }
      const last = await start({ databaseUrl: at.url });
      children.push(last);
      await settled(at, SETTLED_MS_MAX);
      expect(await problems(at)).toEqual([]);
      expect(await at.database.query("select from stream_sink")).toEqual([]);
      expect((await witnessed(at.database)).length).toBeGreaterThan(SINK_POINTS.length * 5);
      await endChild(last, "SIGTERM");
    } finally {
      await Promise.all(children.map((child) => endChild(child, "SIGKILL")));
      await at.close();
    }
  },
  TEST_MAX_MS,
);

test(
  "a snapshot that is taken after the end of the topic shows every run whose message is before that end, whatever is killed",
  async () => {
    const at = await world("base");
    const children = [await start({ databaseUrl: at.url })];
    try {
      let checked = 0;
      for (let step = 0; step < 60; step++) {
        await at.play(change(step));
        if (step % 20 === 10) {
          await endChild(children.at(-1) as ChildProcess, "SIGKILL");
          children.push(await start({ databaseUrl: at.url }));
        }
        const ends = new Map((await at.log.offsets(Labels.name)).map(({ partition, end: stop }) => [partition, stop]));
        const shown = await withBase({ database: at.database }, (base) =>
          base.export([LabelRead], (snapshot) => snapshot.page(LabelRead, { rowsMax: 100 })),
        );
        const versions = new Map(shown.map(({ key, versions: { label } }) => [key, label]));
        for (const [partition, stop] of ends) {
          const reader = await at.log.read({ topic: Labels.name, partition, fromOffset: 0 });
          for (const { value, offset } of stop === 0
            ? []
            : await reader.pull({ recordsMax: 10_000, bytesMax: 2 ** 26, waitMs: 1_000 })) {
            if (offset >= stop) continue;
            const { adId, version } = JSON.parse(Buffer.from(value).toString()) as { adId: number; version: number };
            expect(versions.get(adId) ?? 0n).toBeGreaterThanOrEqual(BigInt(version));
            checked++;
          }
          await reader.close();
        }
      }
      expect(checked).toBeGreaterThan(100);
    } finally {
      await Promise.all(children.map((child) => endChild(child, "SIGKILL")));
      await at.close();
    }
  },
  TEST_MAX_MS,
);

test.each([
  ["sendFirst", "beforeCommit", /was never committed|two contents/],
  ["removeFirst", "beforeAppend", /is not in the log/],
] as const)(
  "planted: %s, killed %s, is noticed",
  async (plant, point, problem) => {
    const at = await world(`planted_${plant.toLowerCase()}`);
    const children: ChildProcess[] = [];
    try {
      const child = await start({ databaseUrl: at.url, plant, kill: { point, pass: 3 } });
      children.push(child);
      await playUntilKilled(at, child, 0);
      children.push(await start({ databaseUrl: at.url }));
      await settled(at, PLANT_MS_MAX);
      expect((await problems(at)).join("\n")).toMatch(problem);
    } finally {
      await Promise.all(children.map((child) => endChild(child, "SIGKILL")));
      await at.close();
    }
  },
  TEST_MAX_MS,
);
