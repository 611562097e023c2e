import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "@tenon/postgres";
import { testDatabase } from "@tenon/postgres/testing";
import { PostgresWorkStore } from "@tenon/stream-runtime";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Terminal } from "../../terminal.ts";
import { golden } from "../../testing/golden.ts";
import { masked } from "../../testing/masked.ts";
import { runLine } from "../../testing/run-line.ts";
import { type SeededStores, seededStores } from "../../testing/seeded-stores.ts";

let stores: SeededStores;
beforeAll(async () => {
  stores = await seededStores();
}, 60_000);
afterAll(() => stores.drop());

const tenon = (line: string, over: Partial<Terminal> = {}) =>
  runLine(line, { environment: { DATABASE_URL: stores.url }, ...over });

for (const [file, line] of [
  ["repo-status.txt", "repo status"],
  ["repo-work.txt", "repo work"],
  ["repo-feeds.txt", "repo feeds"],
  ["repo-history.txt", "repo history"],
] as const) {
  test(`tenon ${line} is the text that was reviewed`, async () => {
    const { exitCode, out, talk } = await tenon(line);
    expect([exitCode, talk]).toEqual([0, ""]);
    await expect(masked(out)).toMatchFileSnapshot(golden(file));
  });
}

test("the same is told to tools", async () => {
  const told = async (line: string) => JSON.parse((await tenon(`${line} --json`)).out) as Record<string, unknown>;
  expect(await told("repo status")).toMatchObject({
    entities: [{ entity: "shop", rows: 3, exact: true }],
    changes: { firstSeq: 1, lastSeq: 3 },
    consumers: [{ consumer: "indexer", mode: "poll", behind: 2 }],
    work: [
      { handler: "shop-terms", lane: "high", waiting: 1, parked: 1 },
      { handler: "shop-terms", lane: "low", waiting: 1, parked: 0 },
    ],
  });
  expect(await told("repo work shop-terms")).toMatchObject({ parked: [{ code: "TENON1201", reason: "node failed" }] });
  expect(await told("repo history")).toMatchObject({ floorSeq: 0, firstSeq: 1, lastSeq: 3, need: { seq: 1 } });
});

test("messages of handlers that the log does not have yet are shown with their age", async () => {
  const store = new PostgresWorkStore(stores.database);
  const message = { topic: "index-deltas", partition: 0, key: "7", timeMs: 0, headers: {}, value: new Uint8Array([1]) };
  await store.transaction((tx) => store.sinks.add(tx, [message]), { isolation: "readCommitted", attemptsMax: 1 });
  for (const line of ["repo status", "repo work"]) {
    expect(masked((await tenon(line)).out)).toContain("messages to  waiting  oldest\nindex-deltas  1  N s\n");
  }
  const told = JSON.parse((await tenon("repo status --json")).out) as { readonly messages: unknown };
  expect(told.messages).toMatchObject([{ topic: "index-deltas", waiting: 1 }]);
  await store.sinks.remove(await store.sinks.next("index-deltas", { rowsMax: 10, bytesMax: 10 }));
});

test("parked work is run again when somebody has agreed, and not before", async () => {
  const store = new PostgresWorkStore(stores.database);
  const [item] = await store.parked();
  const refused = await tenon("repo retry shop-terms --all");
  expect(refused.exitCode).toBe(2);
  expect(refused.talk).toContain('TENON1716: nobody has agreed to retry 1 parked item of handler "shop-terms"');
  const dry = await tenon("repo retry shop-terms --all --dry-run");
  expect(dry.out).toContain(`  key ${item?.key}: TENON1201, run again in lane high\n`);
  expect(await store.parked()).toHaveLength(1);
  const none = await tenon("repo retry shop-terms --key nobody --yes");
  expect(none.out).toContain("nothing to do");
  const done = await tenon(`repo retry shop-terms --key ${item?.key} --yes`);
  expect([done.exitCode, done.out]).toEqual([0, "1 item waiting again\n"]);
  expect(await store.parked()).toEqual([]);
});

test("a handler without work is refused with a near name, and a retry must say of what", async () => {
  const { exitCode, talk } = await tenon("repo work shop-term");
  expect(exitCode).toBe(2);
  expect(talk).toContain('hint: did you mean "shop-terms"?');
  expect((await tenon("repo retry shop-terms --yes")).talk).toContain("TENON1700: which parked items?");
});

test("without a database, none is made: what was looked for is said", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-stores-"));
  try {
    const { exitCode, talk } = await tenon("repo status", { environment: {}, folder });
    expect(exitCode).toBe(3);
    expect(talk).toContain("error TENON1713: there is no database to look at\n");
    expect(talk).toContain(join(folder, ".tenon/postgres"));
    const silent = await tenon("log status --database postgres://nobody:secret@127.0.0.1:1/none", { folder });
    expect(silent.exitCode).toBe(3);
    expect(silent.talk).toContain(
      "error TENON1713: no connection to the database postgres://nobody:***@127.0.0.1:1/none\n",
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the embedded server of a data folder is started for the command, and stops with it", {
  timeout: 60_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-stores-"));
  const dataFolder = join(folder, ".tenon/postgres");
  try {
    await (await startEmbeddedPostgres({ dataFolder })).stop();
    const { exitCode, talk } = await tenon("repo status", { environment: {}, folder });
    expect(exitCode).toBe(3);
    expect(talk).toContain("error TENON1714: there is no repository yet\n");
    const again = await startEmbeddedPostgres({ dataFolder });
    expect(again.kind, "nobody shares it any more").toBe("started");
    await again.stop();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("where nothing has run yet, that is what is said", async () => {
  const { url, drop } = await testDatabase();
  for (const [line, message] of [
    ["log topics", "there is no log yet"],
    ["log status", "no task has run yet"],
    ["repo status", "there is no repository yet"],
    ["repo work", "no handler has run yet"],
  ] as const) {
    const { exitCode, talk } = await tenon(`${line} --database ${url}`);
    expect([line, exitCode]).toEqual([line, 3]);
    expect(talk).toContain(`error TENON1714: ${message}\n`);
  }
  await drop();
});
