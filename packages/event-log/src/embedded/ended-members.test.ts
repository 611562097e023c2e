/** Partitions of a process that was killed go to the others at their next look; those of one that is stopped after its lease. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ManualClock } from "@tenon/graph-testkit";
import type { Database } from "@tenon/postgres";
import { type TestDatabase, testDatabase } from "@tenon/postgres/testing";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { JoinOptions } from "../api/event-log.ts";
import { joinOptions } from "../conformance/index.ts";
import type { EmbeddedLog } from "./embedded-log.ts";
import { claim, enter } from "./group-rows.ts";
import { type EmbeddedLogOptions, openEmbeddedLog } from "./open-embedded-log.ts";

const TOPIC = "events";
const PARTITIONS = 2;
const BEAT_MS = 60;
/** So long that no test waits for its end. */
const LONG_LEASE_MS = 3_600_000;

let db: TestDatabase;
const children: ChildProcess[] = [];
const logs: EmbeddedLog[] = [];

beforeAll(async () => {
  db = await testDatabase({ connectionsMax: 20 });
  const log = await open({});
  await log.createTopics([{ name: TOPIC, partitions: PARTITIONS, retentionMs: 3_600_000 }]);
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const log of logs.splice(0)) await log.close();
});
afterAll(() => db.drop());

async function open(options: Partial<EmbeddedLogOptions>): Promise<EmbeddedLog> {
  const log = await openEmbeddedLog({ database: db.database, beatMs: BEAT_MS, retainEveryMs: 0, ...options });
  logs.push(log);
  return log;
}

/** A process that has got so many partitions. */
async function startMember(group: string, { leaseMs, got }: { readonly leaseMs: number; readonly got: number }) {
  const settings = JSON.stringify({ url: db.url, group, topic: TOPIC, leaseMs, beatMs: BEAT_MS });
  const main = join(import.meta.dirname, "../../test/member-main.ts");
  const child = spawn(process.execPath, ["--conditions=@tenon/source", main, settings], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
  const next = lines[Symbol.asyncIterator]();
  const said = async (): Promise<string> => (await next.next()).value ?? "";
  for (let line = 0; line < got; line++) expect(await said()).toMatch(/^got /);
  return { child, said };
}

/** Kills a member's process, and resolves when the server has ended what showed that it was there. */
async function kill(group: string, child: ChildProcess): Promise<void> {
  const [row] = await db.database.query<{ presence: bigint }>(
    "select presence from tenon_log_member where group_name = $1 and name = 'child'",
    [group],
  );
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
  await db.database.transaction((tx) => tx.query("select pg_advisory_xact_lock_shared($1)", [row?.presence]));
}

/** The test's database, and how often somebody has looked at a group through it. */
function countingLooks(): { readonly database: Database; readonly looks: () => number } {
  const { database: real } = db;
  let looks = 0;
  const database: Database = {
    serverVersion: real.serverVersion,
    query: (statement, values) => {
      if (typeof statement !== "string" && statement.name === "event-log group") looks++;
      return real.query(statement, values);
    },
    execute: (statement, values) => real.execute(statement, values),
    transaction: (work, options) => real.transaction(work, options),
    connect: () => real.connect(),
    close: async () => undefined,
  };
  return { database, looks: () => looks };
}

/** Options of a member that tells of the partitions it gets. */
function told(group: string): { readonly options: JoinOptions; readonly got: (count: number) => Promise<void> } {
  const partitions: number[] = [];
  let wake = (): void => undefined;
  return {
    options: joinOptions(group, [TOPIC], {
      onAssigned: async ({ partition }) => {
        partitions.push(partition);
        wake();
        return 0;
      },
    }),
    got: async (count) => {
      while (partitions.length < count) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}

test("everything was killed: who starts again has all partitions at its first look", async () => {
  const { child } = await startMember("restarted", { leaseMs: LONG_LEASE_MS, got: PARTITIONS });
  await kill("restarted", child);
  const { options, got } = told("restarted");
  // Its clock stands still: there is no second look.
  await (await open({ clock: new ManualClock(), leaseMs: LONG_LEASE_MS })).join(options);
  await got(PARTITIONS);
});

test("one of two was killed: the other has its partitions at its next look", async () => {
  const clock = new ManualClock();
  const { database, looks } = countingLooks();
  const { options, got } = told("halved");
  await (await open({ database, clock, leaseMs: LONG_LEASE_MS })).join(options);
  await got(PARTITIONS);
  /** Time passes for it until something has happened: each turn takes an answer of the server. */
  const beatsUntil = async (happens: Promise<unknown>) => {
    let hasHappened = false;
    void happens.then(() => (hasHappened = true));
    while (!hasHappened) {
      await db.database.query("select 1");
      clock.advance(BEAT_MS);
    }
  };
  const starting = startMember("halved", { leaseMs: LONG_LEASE_MS, got: 1 });
  await beatsUntil(starting);
  const { child } = await starting;
  await kill("halved", child);
  const before = looks();
  await beatsUntil(got(PARTITIONS + 1));
  // One may have been under way already.
  expect(looks() - before).toBeLessThanOrEqual(2);
}, 20_000);

test("a process that is stopped keeps its partitions until its lease ends, and has lost them when it goes on", async () => {
  const group = "stopped";
  const { child, said } = await startMember(group, { leaseMs: 900, got: PARTITIONS });
  child.kill("SIGSTOP");
  const row = { group, memberId: "other", name: "other", topics: [TOPIC], leaseMs: LONG_LEASE_MS };
  await enter(db.database, row, null);
  const others = await Promise.all(
    [0, 1].map((partition) => claim(db.database, group, { topic: TOPIC, partition }, "other")),
  );
  expect(others).toEqual([false, false]);
  await db.database.execute("delete from tenon_log_member where group_name = $1 and member_id = 'other'", [group]);
  const { options, got } = told(group);
  await (await open({ leaseMs: 900 })).join(options);
  await got(PARTITIONS);
  child.kill("SIGCONT");
  expect([await said(), await said()].toSorted()).toEqual(["lost 0", "lost 1"]);
}, 20_000);
