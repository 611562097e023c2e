import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openDatabase } from "../database/open-database.ts";
import { type TestDatabase, testDatabase } from "../testing/test-database.ts";
import { presenceEnded, presenceOf } from "./presence.ts";

let server: TestDatabase;
beforeAll(async () => {
  server = await testDatabase();
});
afterAll(() => server.drop());

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

async function startProcess(): Promise<{ readonly child: ChildProcess; readonly id: bigint }> {
  const main = join(import.meta.dirname, "../../test/presence-main.ts");
  const child = spawn(process.execPath, ["--conditions=@tenon/source", main, server.url], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const [said] = await once(child.stdout as NonNullable<typeof child.stdout>, "data");
  return { child, id: BigInt(String(said)) };
}

async function hasEnded(id: bigint | null): Promise<boolean | undefined> {
  const [row] = await server.database.query<{ ended: boolean }>(`select ${presenceEnded("$1::int8")} as ended`, [id]);
  return row?.ended;
}

/** Resolves when the server has let go of the lock: it says so, nobody has to look. */
async function ended(id: bigint): Promise<void> {
  await server.database.transaction((tx) => tx.query("select pg_advisory_xact_lock_shared($1)", [id]));
}

test("a presence ends with its process, also when that was killed; without one nothing has ended", async () => {
  const { child, id } = await startProcess();
  expect(await hasEnded(id)).toBe(false);
  child.kill("SIGKILL");
  await ended(id);
  expect(await hasEnded(id)).toBe(true);
  expect(await hasEnded(null)).toBe(false);
});

test("a process that is stopped is there", async () => {
  const { child, id } = await startProcess();
  child.kill("SIGSTOP");
  for (let look = 0; look < 50; look++) expect(await hasEnded(id)).toBe(false);
});

test("who asks does not look like the holder to others who ask at once", async () => {
  const { child, id } = await startProcess();
  child.kill("SIGKILL");
  await ended(id);
  await server.database.transaction(async (tx) => {
    const [row] = await tx.query<{ ended: boolean }>(`select ${presenceEnded("$1::int8")} as ended`, [id]);
    expect(row?.ended).toBe(true);
    expect(await hasEnded(id)).toBe(true);
  });
});

test("a process has one presence per database; when the server ends it, it hears so and gets another", async () => {
  const own = await openDatabase({ url: server.url, connectionsMax: 2 });
  const first = await presenceOf(own);
  expect(await presenceOf(own)).toBe(first);
  const lost = once(first.lost, "abort");
  await server.database.query(
    `select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and (classid::int8 << 32 | objid::int8) = $1`,
    [first.id],
  );
  await lost;
  const second = await presenceOf(own);
  expect(second.id).not.toBe(first.id);
  expect([await hasEnded(first.id), await hasEnded(second.id)]).toEqual([true, false]);
  const closed = once(second.lost, "abort");
  await own.close();
  await closed;
  await expect(presenceOf(own)).rejects.toMatchObject({ code: "TENON1506" });
});
