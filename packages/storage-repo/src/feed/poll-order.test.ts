import type { Database } from "@tenon/postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { begin } from "../../test/by-hand.ts";
import { type OwnServer, ownServer, type TestRepo } from "../../test/own-server.ts";
import {
  closedWindows,
  fenceFirst,
  naiveSequence,
  orderedByXid,
  xidAsText,
  xmaxFence,
} from "../../test/wrong-polls.ts";
import type { ChangeBatch } from "../api/change.ts";
import type { FeedReader } from "../api/change-feed.ts";
import { versionOf } from "../api/version.ts";
import { chainBreaks, ledgerBreaks } from "../conformance/index.ts";
import { bidWrite } from "../conformance/write-contract.ts";
import { type PollSource, SettledSource } from "./poll-source.ts";

type MakeSource = (database: Database, after: bigint) => PollSource;

const settledSource: MakeSource = (database, after) => new SettledSource(database, after);

let own: OwnServer;
let under: TestRepo;
beforeAll(async () => {
  own = await ownServer();
  // Ids of five digits begin during the tests.
  const admin = await own.open();
  await burnXids(admin.database, 9_900);
  await admin.close();
});
afterAll(() => own.stop());
beforeEach(async () => {
  under = await own.open();
  return () => under.close();
});

async function burnXids(database: Database, upTo: number): Promise<void> {
  await database.execute(`do $$ begin
    while pg_current_xact_id()::text::bigint < ${upTo} loop commit; end loop;
  end $$`);
}

function openReader(makeSource: MakeSource): Promise<FeedReader> {
  return under.feed({ parts: { pollSource: makeSource } }).open({ consumer: "order", from: "oldest" });
}

/** What is there now; nothing is waited for. */
async function look(reader: FeedReader, batchesMax = 1_000): Promise<readonly ChangeBatch[]> {
  return (await reader.pull({ batchesMax, waitMs: 0 })).batches;
}

/** Commits are named by the versions they write. */
const ledger = (...sequences: number[]) => ({ acknowledged: sequences.map((sequence) => versionOf(0, sequence)) });

/** A takes its number and stays open, B takes a later one and commits. */
async function openBelowCommitted(makeSource: MakeSource): Promise<readonly ChangeBatch[]> {
  const { repo, database } = under;
  const reader = await openReader(makeSource);
  const early = await begin(database);
  await repo.write(early.tx, bidWrite(1, 1));
  await early.number();
  await database.transaction((tx) => repo.write(tx, bidWrite(2, 2)));
  const batches = [...(await look(reader))];
  await early.commit();
  for (let round = 0; round < 3; round++) batches.push(...(await look(reader)));
  await reader.close();
  return batches;
}

/** A holds a number while nothing else runs: nothing has completed above it. */
async function openAlone(makeSource: MakeSource): Promise<readonly ChangeBatch[]> {
  const { repo, database } = under;
  const reader = await openReader(makeSource);
  const alone = await begin(database);
  await repo.write(alone.tx, bidWrite(1, 1));
  await alone.number();
  const batches = [...(await look(reader))];
  await alone.commit();
  for (let round = 0; round < 3; round++) batches.push(...(await look(reader)));
  await reader.close();
  return batches;
}

/** A takes its id first, B writes row 1 and commits, then A writes row 1. C keeps B's id inside an open window. */
async function idsAgainstWrites(makeSource: MakeSource): Promise<readonly ChangeBatch[]> {
  const { repo, database } = under;
  const reader = await openReader(makeSource);
  const first = await begin(database);
  await first.tx.query("select pg_current_xact_id()");
  const keepsOpen = await begin(database);
  await keepsOpen.tx.query("select pg_current_xact_id()");
  await database.transaction((tx) => repo.write(tx, bidWrite(1, 2)));
  await repo.write(first.tx, bidWrite(1, 3));
  await first.commit();
  const batches = [...(await look(reader))];
  await keepsOpen.rollBack();
  for (let round = 0; round < 3; round++) batches.push(...(await look(reader)));
  await reader.close();
  return batches;
}

describe("a transaction that holds a number while a later one commits", () => {
  test("is waited for", async () => {
    const batches = await openBelowCommitted(settledSource);
    expect(ledgerBreaks(batches, ledger(1, 2))).toEqual([]);
    expect(batches.map((batch) => batch.changes[0]?.key)).toEqual([1, 2]);
  });

  test("planted: a cursor on the sequence alone loses it, and the ledger says so", async () => {
    const batches = await openBelowCommitted(naiveSequence);
    expect(ledgerBreaks(batches, ledger(1, 2))).toEqual([
      `commit ${versionOf(0, 1)} was acknowledged and delivered 0 times`,
    ]);
  });
});

describe("a transaction that runs above everything that has completed", () => {
  test("is waited for", async () => {
    expect(ledgerBreaks(await openAlone(settledSource), ledger(1))).toEqual([]);
  });

  test("planted: a fence from the snapshot's xmax loses it, and the ledger says so", async () => {
    expect(ledgerBreaks(await openAlone(xmaxFence), ledger(1))).toHaveLength(1);
  });

  test("planted: a fence taken before the last number loses it, and the ledger says so", async () => {
    const { repo, database } = under;
    let open: Awaited<ReturnType<typeof begin>> | undefined;
    const reader = await openReader(
      fenceFirst(async () => {
        if (open !== undefined) return;
        open = await begin(database);
        await repo.write(open.tx, bidWrite(1, 1));
        await open.number();
      }),
    );
    const batches = [...(await look(reader))];
    await open?.commit();
    for (let round = 0; round < 3; round++) batches.push(...(await look(reader)));
    expect(ledgerBreaks(batches, ledger(1))).toHaveLength(1);
    await reader.close();
  });
});

describe("transactions that write a row in another order than they took their ids", () => {
  test("come in the order of writing", async () => {
    const batches = await idsAgainstWrites(settledSource);
    expect(ledgerBreaks(batches, ledger(2, 3))).toEqual([]);
    expect(chainBreaks(batches)).toEqual([]);
  });

  test("planted: ordering by id breaks the row's chain", async () => {
    const batches = await idsAgainstWrites(orderedByXid);
    expect(ledgerBreaks(batches, ledger(2, 3))).toEqual([]);
    expect(chainBreaks(batches)).not.toEqual([]);
  });

  test("planted: windows of ids, each in sequence order, break it too", async () => {
    const batches = await idsAgainstWrites(closedWindows);
    expect(ledgerBreaks(batches, ledger(2, 3))).toEqual([]);
    expect(chainBreaks(batches)).not.toEqual([]);
  });
});

describe("ids that gain a digit", () => {
  async function acrossTheDigit(makeSource: MakeSource): Promise<readonly ChangeBatch[]> {
    const { repo, database } = under;
    const next = 10n ** BigInt(String(await currentXid(database)).length);
    await burnXids(database, Number(next) - 3);
    for (const sequence of [1, 2, 3, 4, 5, 6])
      await database.transaction((tx) => repo.write(tx, bidWrite(sequence, sequence)));
    const reader = await openReader(makeSource);
    const batches: ChangeBatch[] = [];
    for (let round = 0; round < 10; round++) batches.push(...(await look(reader, 2)));
    await reader.close();
    return batches;
  }

  test("planted: ids ordered as text repeat batches, and the ledger says so", async () => {
    expect(ledgerBreaks(await acrossTheDigit(xidAsText), ledger(1, 2, 3, 4, 5, 6))).not.toEqual([]);
  });

  test("are numbers to the settled poll", async () => {
    const { repo, database } = under;
    for (const sequence of [1, 2, 3]) await database.transaction((tx) => repo.write(tx, bidWrite(sequence, sequence)));
    const batches = await openReader(settledSource).then(async (reader) => [
      ...(await look(reader, 2)),
      ...(await look(reader, 2)),
    ]);
    expect(ledgerBreaks(batches, ledger(1, 2, 3))).toEqual([]);
    const xids = batches.map((batch) => batch.xid);
    expect(xids).toEqual([...xids].sort((left, right) => (left < right ? -1 : 1)));
  });
});

async function currentXid(database: Database): Promise<bigint> {
  const [row] = await database.query<{ xid: bigint }>("select pg_current_xact_id() as xid");
  return row?.xid ?? 0n;
}

test("a transaction in another database holds the poll back until it ends, and then nothing is missing", async () => {
  const { repo, database } = under;
  const elsewhere = await own.open();
  const reader = await openReader(settledSource);
  const idle = await begin(elsewhere.database);
  await idle.tx.query("select pg_current_xact_id()");
  await database.transaction((tx) => repo.write(tx, bidWrite(1, 1)));
  expect(await look(reader)).toEqual([]);
  await idle.rollBack();
  expect(ledgerBreaks(await look(reader), ledger(1))).toEqual([]);
  await reader.close();
  await elsewhere.close();
});

test("the record's id is taken before its number, and the sequence caches none", async () => {
  const columns = await under.database.query<{ name: string }>(
    "select attname as name from pg_attribute where attrelid = 'repo.change_batch'::regclass and attnum > 0 order by attnum limit 2",
  );
  expect(columns.map(({ name }) => name)).toEqual(["xid", "seq"]);
  const [sequence] = await under.database.query<{ cache: bigint }>(
    "select cache_size as cache from pg_sequences where schemaname = 'repo' and sequencename = 'change_batch_seq'",
  );
  expect(sequence?.cache).toBe(1n);
});

test("an empty poll takes no transaction id", async () => {
  const { repo, database } = under;
  await database.transaction((tx) => repo.write(tx, bidWrite(1, 1)));
  const reader = await openReader(settledSource);
  await look(reader);
  const before = await currentXid(database);
  for (let round = 0; round < 20; round++) await look(reader);
  expect((await currentXid(database)) - before).toBe(1n);
  await reader.close();
});
