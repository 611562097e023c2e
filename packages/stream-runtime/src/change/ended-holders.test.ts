/** What a process holds when it is killed is free at the next look; what one holds that is stopped is free when its lease ends. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { testDatabase } from "@tenon/postgres/testing";
import { afterAll, afterEach, expect, test } from "vitest";
import { startChild } from "../../test/child.ts";
import { PostgresWorkStore } from "./postgres-work-store.ts";

/** So long that no test waits for its end. */
const LONG_LEASE_MS = 3_600_000;
const SHORT_LEASE_MS = 900;
const LOOKS_MAX = 1_000;

const { database, url, drop } = await testDatabase();
const store = new PostgresWorkStore(database);
await store.prepare();
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(drop);

/** A process that holds a lease and a claim, and this one's attempts to have them. */
async function holder(name: string, leaseMs: number) {
  const item = { handler: name, key: "k", lane: "high" as const, upTo: 1n, rounds: 0 };
  await database.transaction((tx) => store.add(tx, [item]));
  const child = await startChild("lease-main.ts", { url, consumer: name, handler: name, leaseMs });
  children.push(child);
  return {
    child,
    takeLease: async () => (await store.pumps.take({ consumer: name, owner: "test", leaseMs: LONG_LEASE_MS }))?.epoch,
    endAbandoned: () => store.endAbandoned([name]),
    claim: () => store.claim({ handlers: [name], lane: "high", itemsMax: 1, leaseMs: LONG_LEASE_MS }),
  };
}

/** Resolves when the server has ended what showed that a holder was there. */
async function ended(consumer: string): Promise<void> {
  await database.transaction((tx) =>
    tx.query("select pg_advisory_xact_lock_shared(presence) from stream_pump where consumer = $1", [consumer]),
  );
}

test("of a process that was killed, lease and claim are free at the next look", async () => {
  const { child, takeLease, endAbandoned, claim } = await holder("killed", LONG_LEASE_MS);
  expect(await takeLease()).toBeUndefined();
  expect(await endAbandoned()).toBe(0);
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
  await ended("killed");
  expect(await takeLease()).toBe(2n);
  expect(await claim()).toEqual([]);
  expect(await endAbandoned()).toBe(1);
  expect(await claim()).toMatchObject([{ key: "k", claim: "2" }]);
  // Those of this process are its own: it is there.
  expect(await takeLease()).toBeUndefined();
  expect(await endAbandoned()).toBe(0);
});

test("a process that is stopped keeps both until they run out; when it goes on it has lost them", async () => {
  const { child, takeLease, endAbandoned, claim } = await holder("stopped", SHORT_LEASE_MS);
  child.kill("SIGSTOP");
  expect(await takeLease()).toBeUndefined();
  expect(await endAbandoned()).toBe(0);
  let epoch: bigint | undefined;
  let items = await claim();
  for (let look = 0; (epoch === undefined || items.length === 0) && look < LOOKS_MAX; look++) {
    await pause(10);
    epoch ??= await takeLease();
    if (items.length === 0) items = await claim();
  }
  expect([epoch, items.length]).toEqual([2n, 1]);
  const said = once(child.stdout as NonNullable<typeof child.stdout>, "data");
  child.kill("SIGCONT");
  expect(String(await said)).toBe("lost, and the item is lost\n");
});
