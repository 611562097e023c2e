import { afterAll, beforeAll, expect, test } from "vitest";
import type { ChangeBatch } from "../api/change.ts";
import type { FeedReader } from "../api/change-feed.ts";
import { versionOf } from "../api/version.ts";
import { type MakeRepo, QUIET_PULLS, type RepoUnderTest, readAll } from "./make-repo.ts";
import { chainBreaks, ledgerBreaks } from "./oracles.ts";
import { bidWrite } from "./write-contract.ts";

/** Pulls until a number of batches has come, or nothing more comes. */
export async function take(reader: FeedReader, count: number): Promise<readonly ChangeBatch[]> {
  const batches: ChangeBatch[] = [];
  for (let quiet = 0; batches.length < count && quiet < QUIET_PULLS; ) {
    const pulled = await reader.pull({ batchesMax: count - batches.length, waitMs: 2_000 });
    quiet = pulled.batches.length === 0 ? quiet + 1 : 0;
    batches.push(...pulled.batches);
    await reader.acknowledge(pulled.cursor);
  }
  return batches;
}

/** Whole transactions, in order, once; cursors that go on where they were stored. */
export function feedContract<Joined>(make: MakeRepo<Joined>): void {
  let under: RepoUnderTest<Joined>;
  let keys = 90_000;
  beforeAll(async () => {
    under = await make();
  });
  afterAll(() => under.close());
  const write = (...args: Parameters<typeof bidWrite>) => under.repo.tx((tx) => tx.write(bidWrite(...args)));

  test("a feed from now on tells what commits from now on", async () => {
    await write(++keys, 1);
    const reader = await under.feed.open({ consumer: "now", from: "now" });
    const key = ++keys;
    await write(key, 1);
    await write(key, 2, { bidMicros: 3 });
    const batches = await take(reader, 2);
    await reader.close();
    expect(batches.map((batch) => batch.changes.map((change) => [change.key, change.newVersion]))).toEqual([
      [[key, versionOf(0, 1)]],
      [[key, versionOf(0, 2)]],
    ]);
  });

  test("a stored cursor goes on after the last batch that it covers", async () => {
    const first = await under.feed.open({ consumer: "stored", from: "now" });
    const key = ++keys;
    for (const sequence of [1, 2, 3]) await write(key, sequence);
    const seen: unknown[] = [];
    let pulled = await first.pull({ batchesMax: 1, waitMs: 5_000 });
    while (pulled.batches.length === 0) pulled = await first.pull({ batchesMax: 1, waitMs: 5_000 });
    seen.push(...pulled.batches.flatMap((batch) => batch.changes.map((change) => change.newVersion)));
    await first.acknowledge(pulled.cursor);
    await first.close();
    const second = await under.feed.open({ consumer: "stored", from: pulled.cursor });
    for (const batch of await take(second, 2)) seen.push(...batch.changes.map((change) => change.newVersion));
    await second.close();
    expect(seen).toEqual([1, 2, 3].map((sequence) => versionOf(0, sequence)));
  });

  test("a quiet feed answers with nothing in time, and an aborted wait at once", async () => {
    const reader = await under.feed.open({ consumer: "quiet", from: "now" });
    expect((await reader.pull({ batchesMax: 1, waitMs: 0 })).batches).toEqual([]);
    const abort = new AbortController();
    const waiting = reader.pull({ batchesMax: 1, waitMs: 20_000, signal: abort.signal });
    abort.abort();
    expect((await waiting).batches).toEqual([]);
    await reader.close();
  });

  test("a consumer's cursor is saved with its work, and a later claim fences the earlier one off", async () => {
    const first = await under.cursors.claim("fenced");
    expect(first.cursor).toBeUndefined();
    const reader = await under.feed.open({ consumer: "fenced", from: "now" });
    const { cursor } = await reader.pull({ batchesMax: 1, waitMs: 0 });
    await reader.close();
    await under.transaction((tx) => under.cursors.save(tx, { consumer: "fenced", fence: first.fence }, cursor));
    const second = await under.cursors.claim("fenced");
    expect(second.cursor).toEqual(cursor);
    const late = under.transaction((tx) => under.cursors.save(tx, { consumer: "fenced", fence: first.fence }, cursor));
    await expect(late).rejects.toMatchObject({ code: "TENON1533" });
  });

  test("concurrent writers of hot keys: every commit once, whole, in the order of writing", async () => {
    const hot = Array.from({ length: 5 }, () => ++keys);
    const acknowledged: bigint[] = [];
    let sequence = 0;
    const worker = async (at: number) => {
      for (let round = 0; round < 25; round++) {
        const own = ++sequence;
        // Ascending, so that writers wait for each other but never in a circle.
        const places = [(own + at) % 5, (own * 3 + at + 1) % 5].sort();
        const [one, other] = places.map((place) => hot[place] as number) as [number, number];
        const versions = { one: bidWrite(one, own), other: bidWrite(other, own) };
        const work = under.repo.tx(
          async (tx) => {
            const { changes } = await tx.write(versions.one);
            const more = one === other ? [] : (await tx.write(versions.other)).changes;
            if (own % 20 === 0) throw new Error("rolled back on purpose");
            return changes.length + more.length;
          },
          { isolation: "readCommitted", attemptsMax: 20 },
        );
        const count = await work.catch(() => 0);
        if (count > 0) acknowledged.push(versionOf(0, own));
      }
    };
    await Promise.all([0, 1, 2, 3].map(worker));
    const batches = (await readAll(under.feed, acknowledged.length)).filter((batch) =>
      batch.changes.every((change) => hot.includes(change.key as number)),
    );
    expect(chainBreaks(batches)).toEqual([]);
    expect(ledgerBreaks(batches, { acknowledged })).toEqual([]);
  });
}
