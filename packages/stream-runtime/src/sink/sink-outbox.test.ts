/** The outbox of handlers, both bindings under the same tests; and what only a server with several connections can show. */
import { testDatabase } from "@tenon/postgres/testing";
import { afterAll, describe, expect, test } from "vitest";
import { Labels } from "../../test/tree-world.ts";
import { MemoryWorkStore } from "../change/memory-work-store.ts";
import { PostgresWorkStore } from "../change/postgres-work-store.ts";
import type { WorkStore } from "../change/work-store.ts";
import type { SinkMessage } from "./sink-outbox.ts";

const { database, drop } = await testDatabase();
afterAll(drop);
const memory = new MemoryWorkStore(
  async (work) => {
    const effects: ((xid: bigint) => void)[] = [];
    const result = await work({ onCommit: (effect: (xid: bigint) => void) => void effects.push(effect) });
    for (const effect of effects) effect(1n);
    return result;
  },
  { nowMs: () => 0 },
);
const postgres = new PostgresWorkStore(database);
await postgres.prepare();
const once = { isolation: "repeatableRead", attemptsMax: 1 } as const;
const ALL = { rowsMax: 100, bytesMax: 1_000_000 };

function message(topic: string, key: string, label: string): SinkMessage {
  const value = { adId: 1, label, version: 1 };
  return { ...Labels.record({ key, timeMs: 5, value, headers: { "tenon-id": label } }), topic };
}

describe.each([
  ["memory", memory as unknown as WorkStore<never>],
  ["postgres", postgres as unknown as WorkStore<never>],
])("%s", (_, store) => {
  const add = (...messages: readonly SinkMessage[]) => store.transaction((tx) => store.sinks.add(tx, messages), once);

  test("messages come as they were added, per topic, within bounds, and stay until they are removed", async () => {
    const [first, second, other] = [message("a", "k", "1"), message("a", "k", "2"), message("b", "k", "3")];
    await add(first, second);
    await add(other);
    expect(await store.sinks.topics()).toEqual(["a", "b"]);
    const waiting = await store.sinks.next("a", ALL);
    const plain = ({ topic, partition, key, timeMs, headers, value }: SinkMessage) => ({
      ...{ topic, partition, key, timeMs, headers, text: Buffer.from(value).toString() },
    });
    expect(waiting.map(plain)).toEqual([first, second].map(plain));
    expect(await store.sinks.next("a", { ...ALL, rowsMax: 1 })).toEqual(waiting.slice(0, 1));
    expect(await store.sinks.next("a", { ...ALL, bytesMax: 1 })).toEqual(waiting.slice(0, 1));
    expect(await store.sinks.waiting(2)).toBe(2);
    expect(await store.sinks.waiting(100)).toBe(3);
    expect((await store.sinks.status()).map(({ topic, waiting: count }) => [topic, count])).toEqual([
      ["a", 2],
      ["b", 1],
    ]);
    // The later one is in the log: the one before it, committed meanwhile, stays.
    await store.sinks.remove(waiting.slice(1));
    expect(await store.sinks.next("a", ALL)).toEqual(waiting.slice(0, 1));
    await store.sinks.remove([...waiting, ...(await store.sinks.next("b", ALL))]);
    expect(await store.sinks.topics()).toEqual([]);
    expect(await store.sinks.status()).toEqual([]);
  });

  test("what is rolled back is never there", async () => {
    const lost = store.transaction(async (tx) => {
      await store.sinks.add(tx, [message("c", "k", "never")]);
      throw new Error("rolled back");
    }, once);
    await expect(lost).rejects.toThrow("rolled back");
    expect(await store.sinks.next("c", ALL)).toEqual([]);
  });
});

test("two runs that send to one key have numbers in the order of their commits; other keys do not wait", async () => {
  const adds = (key: string, label: string) =>
    postgres.transaction((tx) => postgres.sinks.add(tx, [message("d", key, label)]), once);
  let second: Promise<void> | undefined;
  let isSecondDone = false;
  await postgres.transaction(async (tx) => {
    await postgres.sinks.add(tx, [message("d", "k", "first")]);
    second = adds("k", "second").then(() => {
      isSecondDone = true;
    });
    // Another key is written, committed and read while the first transaction is open.
    await adds("another", "between");
    expect((await postgres.sinks.next("d", ALL)).map(({ key }) => key)).toEqual(["another"]);
    expect(isSecondDone).toBe(false);
  }, once);
  await second;
  const labels = (await postgres.sinks.next("d", ALL)).filter(({ key }) => key === "k").map(({ headers }) => headers);
  expect(labels.map((headers) => headers["tenon-id"])).toEqual(["first", "second"]);
});
