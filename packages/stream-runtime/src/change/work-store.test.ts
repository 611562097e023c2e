import type { Transaction } from "@tenon/postgres";
import { testDatabase } from "@tenon/postgres/testing";
import { afterAll, describe, expect, test } from "vitest";
import { MemoryWorkStore } from "./memory-work-store.ts";
import { PostgresWorkStore } from "./postgres-work-store.ts";
import type { ClaimedWork, WorkFailure, WorkStore } from "./work-store.ts";

const { database, drop } = await testDatabase();
afterAll(drop);

let transactions = 0n;
/** A transaction that commits when its work is done. */
const memory = new MemoryWorkStore(
  async (work) => {
    const effects: ((xid: bigint) => void)[] = [];
    const result = await work({ onCommit: (effect: (xid: bigint) => void) => void effects.push(effect) });
    transactions++;
    for (const effect of effects) effect(transactions);
    return result;
  },
  { nowMs: () => 0 },
);

const bindings: readonly (readonly [name: "memory" | "postgres", store: WorkStore<never>])[] = [
  ["memory", memory as unknown as WorkStore<never>],
  ["postgres", new PostgresWorkStore(database) as unknown as WorkStore<never>],
];

const failure: WorkFailure = { code: "TENON1201", reason: "poisoned", inputDigest: "abc", parked: true, waitMs: 0 };

/** The id of a transaction that is open. */
const xidOf = {
  memory: async () => transactions + 1n,
  postgres: async (tx: Transaction) => {
    const [row] = await tx.query<{ xid: bigint }>("select pg_current_xact_id()::text::bigint as xid");
    return row?.xid ?? 0n;
  },
} as const;

describe.each(bindings)("%s", (binding, store) => {
  const once = { isolation: "readCommitted", attemptsMax: 1 } as const;
  /** Work on one key of a handler of its own. */
  const one = (handler: string, leaseMs = 60_000) => ({
    add: (rounds: number, upTo: bigint) =>
      store.transaction((tx) => store.add(tx, [{ handler, key: "k", lane: "high", upTo, rounds }]), once),
    claim: async () => {
      const [item] = await store.claim({ handlers: [handler], lane: "high", itemsMax: 1, leaseMs });
      return item as ClaimedWork;
    },
    finish: async (item: ClaimedWork) => {
      const [outcome] = await store.transaction((tx) => store.finish(tx, [item]), once);
      return outcome;
    },
  });

  test("parked items are listed with their reason, and tried again by key or all", async () => {
    await store.prepare();
    const work = ["k", 7].map((key) => ({ handler: "terms", key, lane: "high" as const, upTo: 3n, rounds: 0 }));
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

  test("open items are told by key: those that wait, those that somebody works on, those put aside", async () => {
    await store.prepare();
    const { add, claim, finish } = one("asked-after");
    const open = (keys: readonly string[]) =>
      store.transaction((tx) => store.open(tx, { handlers: ["asked-after"], keys }), once);
    const item = { handler: "asked-after", key: "k" };
    await add(0, 1n);
    expect(await open(["k", "j"])).toEqual([{ ...item, waits: true, reason: undefined }]);
    await store.fail(await claim(), failure);
    expect(await open(["k"])).toEqual([{ ...item, waits: false, reason: "poisoned" }]);
    expect(await open(["j"])).toEqual([]);
    await store.retryParked("asked-after");
    const worked = await claim();
    expect(await open(["k"])).toMatchObject([{ waits: true }]);
    await finish(worked);
    expect(await open(["k"])).toEqual([]);
  });

  test("a number between claims is above those before it and below those after it", async () => {
    await store.prepare();
    const { add, claim, finish } = one("numbered");
    await add(0, 1n);
    const before = await claim();
    const between = await store.betweenClaims();
    await finish(before);
    await add(0, 2n);
    const after = await claim();
    await finish(after);
    expect(BigInt(before.claim)).toBeLessThan(between);
    expect(between).toBeLessThan(BigInt(after.claim));
  });

  test("several changes that wait come round as often as the one that did so least", async () => {
    await store.prepare();
    const { add, claim } = one("waiting");
    await add(4, 1n);
    await add(2, 2n);
    await add(3, 3n);
    expect((await claim()).rounds).toBe(2);
  });

  test("what comes while an item is worked on is counted apart: a circle cannot begin anew in its own run", async () => {
    await store.prepare();
    const { add, claim, finish } = one("circling");
    await add(0, 1n);
    const first = await claim();
    await add(3, 2n);
    expect(first.rounds).toBe(0);
    expect(await finish(first)).toBe("again");
    expect((await claim()).rounds).toBe(3);
  });

  test.each(["failed", "lapsed"] as const)("a claim that %s leaves its rounds to the next one", async (how) => {
    await store.prepare();
    const { add, claim } = one(`${how}-once`, how === "lapsed" ? 0 : 60_000);
    await add(1, 1n);
    const item = await claim();
    await add(3, 2n);
    if (how === "failed") await store.fail(item, { ...failure, parked: false });
    expect((await claim()).rounds).toBe(1);
  });

  test("of several items that are finished at once each has its outcome, and one that is somebody else's is lost", async () => {
    await store.prepare();
    const work = ["well", "again", "lost"].map((key) => {
      return { handler: "many", key, lane: "high" as const, upTo: 1n, rounds: 0 };
    });
    const add = (items: typeof work) => store.transaction((tx) => store.add(tx, items), once);
    await add(work.slice(2));
    const [stale] = await store.claim({ handlers: ["many"], lane: "high", itemsMax: 1, leaseMs: 0 });
    await add(work.slice(0, 2));
    const claimed = await store.claim({ handlers: ["many"], lane: "high", itemsMax: 9, leaseMs: 60_000 });
    expect(claimed).toHaveLength(3);
    const held = ["well", "again"].map((key) => claimed.find((item) => item.key === key) as ClaimedWork);
    await add(work.slice(1, 2));
    const items = [stale as ClaimedWork, ...held];
    const finish = (ended: readonly ClaimedWork[]) => store.transaction((tx) => store.finish(tx, ended), once);
    expect(await finish(items)).toEqual(["lost", "done", "again"]);
    // Whoever has it now still has it.
    expect(await finish(claimed.filter(({ key }) => key === "lost"))).toEqual(["done"]);
  });

  test("work that is handed on is claimed with the change that wakes it; what others have claimed is added", async () => {
    await store.prepare();
    const work = ["free", "waiting", "claimed"].map((key) => {
      return { handler: "next", key, lane: "high" as const, upTo: 1n, rounds: 0 };
    });
    const one = (items: typeof work) => store.transaction((tx) => store.add(tx, items), once);
    await one(work.slice(2));
    const [others] = await store.claim({ handlers: ["next"], lane: "high", itemsMax: 1, leaseMs: 60_000 });
    await one(work.slice(1, 2));
    const own = await store.transaction((tx) => store.handOn(tx, work, { leaseMs: 60_000 }), once);
    expect(own.map(({ key }) => key).toSorted()).toEqual(["free", "waiting"]);
    for (const { claim } of own) expect(Number(claim)).toBeGreaterThan(Number(others?.claim));
    // What waited is part of what was handed on, and nobody can claim any of it.
    expect(await store.claim({ handlers: ["next"], lane: "high", itemsMax: 9, leaseMs: 60_000 })).toEqual([]);
    expect(await store.claimable(["next"])).toEqual([]);
    const finish = (items: readonly ClaimedWork[]) => store.transaction((tx) => store.finish(tx, items), once);
    expect(await finish(own)).toEqual(["done", "done"]);
    expect(await finish([others as ClaimedWork])).toEqual(["again"]);
    expect(await store.claimable(["next"])).toEqual([{ handler: "next", lane: "high" }]);
  });

  test("a signed transaction has an origin, told once, to those who ask for its handler", async () => {
    await store.prepare();
    const signed = (handler: string) =>
      store.transaction(async (tx) => {
        const xid = await xidOf[binding](tx as never);
        await store.sign(tx, { handler, rounds: 2, handedOn: ["next"] });
        return xid;
      }, once);
    const [own, foreign] = [await signed("climber"), await signed("elsewhere")];
    const ask = () =>
      store.transaction((tx) => store.origins(tx, { xids: [own, foreign, 1n], handlers: ["climber"] }), once);
    expect(await ask()).toEqual(new Map([[own, { handler: "climber", rounds: 2, handedOn: ["next"] }]]));
    expect(await ask()).toEqual(new Map());
  });
});

test("postgres: a transaction that is about to commit is not seen, and one that has is", async () => {
  const store = new PostgresWorkStore(database);
  const sees = (xid: bigint) =>
    store.transaction((tx) => store.sees(tx, [3n, xid]), { isolation: "repeatableRead", attemptsMax: 1 });
  const open = await database.transaction(async (tx) => {
    const xid = await xidOf.postgres(tx);
    expect(await sees(xid)).toBe(false);
    return xid;
  });
  expect(await sees(open)).toBe(true);
});
