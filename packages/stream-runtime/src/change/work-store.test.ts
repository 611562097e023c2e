import { testDatabase } from "@tenon/postgres/testing";
import { afterAll, describe, expect, test } from "vitest";
import { MemoryWorkStore } from "./memory-work-store.ts";
import { PostgresWorkStore } from "./postgres-work-store.ts";
import type { ClaimedWork, WorkFailure, WorkStore } from "./work-store.ts";

const { database, drop } = await testDatabase();
afterAll(drop);

/** A transaction that commits when its work is done. */
const memory = new MemoryWorkStore(
  async (work) => {
    const effects: (() => void)[] = [];
    const result = await work({ onCommit: (effect: () => void) => void effects.push(effect) });
    for (const effect of effects) effect();
    return result;
  },
  { nowMs: () => 0 },
);

const bindings: readonly (readonly [name: string, store: WorkStore<never>])[] = [
  ["memory", memory as unknown as WorkStore<never>],
  ["postgres", new PostgresWorkStore(database) as unknown as WorkStore<never>],
];

const failure: WorkFailure = { code: "TENON1201", reason: "poisoned", inputDigest: "abc", parked: true, waitMs: 0 };

describe.each(bindings)("%s", (_, store) => {
  test("parked items are listed with their reason, and tried again by key or all", async () => {
    await store.prepare();
    const work = ["k", 7].map((key) => ({ handler: "terms", key, lane: "high" as const, upTo: 3n }));
    await store.transaction((tx) => store.add(tx, work), { isolation: "readCommitted", attemptsMax: 1 });
    const claim = () => store.claim({ handlers: ["terms"], lane: "high", itemsMax: 10, leaseMs: 1_000 });
    for (const item of await claim()) await store.fail(item as ClaimedWork, failure);
    const { parked: _parked, waitMs: _waitMs, ...said } = failure;
    const expected = work.map((item) => ({ ...item, ...said, attempts: 1 }));
    expect(await store.parked("terms")).toEqual(expected);
    expect(await store.parked()).toEqual(expected);
    expect(await store.parked("other")).toEqual([]);
    expect(await store.status()).toMatchObject([{ handler: "terms", lane: "high", waiting: 0, parked: 2 }]);
    expect(await store.retryParked("terms", ["k", "7"])).toBe(1);
    expect((await store.parked()).map(({ key }) => key)).toEqual([7]);
    expect((await claim()).map(({ key, attempts }) => [key, attempts])).toEqual([["k", 0]]);
    expect(await store.retryParked("terms")).toBe(1);
    expect(await store.parked()).toEqual([]);
  });
});
