import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { begin } from "../../test/by-hand.ts";
import { type OwnServer, ownServer, type TestRepo } from "../../test/own-server.ts";
import { confirmsReceived, notesRowPositions } from "../../test/wrong-replication.ts";
import type { ChangeBatch } from "../api/change.ts";
import type { FeedCursor, FeedPull, FeedReader, SlotCursor } from "../api/change-feed.ts";
import { versionOf } from "../api/version.ts";
import { chainBreaks, feedDifferences, ledgerBreaks, readAll, take } from "../conformance/index.ts";
import { bidWrite } from "../conformance/write-contract.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { PostgresFeedOptions } from "./postgres-feed.ts";

let own: OwnServer;
let under: TestRepo;
beforeAll(async () => {
  own = await ownServer();
});
afterAll(() => own.stop());
beforeEach(async () => {
  under = await own.open();
  return () => under.close();
});

const write = (key: number, sequence: number) => under.repo.tx((tx) => tx.write(bidWrite(key, sequence)));
const slotFeed = (options: Partial<PostgresFeedOptions> = {}) =>
  under.feed({ openReplication: under.replication, ...options });
const open = (from: FeedCursor | "oldest" | "now", options: Partial<PostgresFeedOptions> = {}) =>
  slotFeed(options).open({ consumer: "strict", from });
const sequencesOf = (batches: readonly ChangeBatch[]) =>
  batches.flatMap((batch) => batch.changes.map((change) => Number(change.newVersion)));

/** Pulls once something has come. */
async function pullSome(reader: FeedReader, batchesMax = 1_000): Promise<FeedPull> {
  for (;;) {
    const pulled = await reader.pull({ batchesMax, waitMs: 5_000 });
    if (pulled.batches.length > 0) return pulled;
  }
}

/** A reader on its slot, past its first batch, and the stored cursor. */
async function onSlot(options: Partial<PostgresFeedOptions> = {}): Promise<{ reader: FeedReader; cursor: SlotCursor }> {
  const reader = await open("now", options);
  await reader.pull({ batchesMax: 1, waitMs: 0 });
  await write(1, 1);
  const { cursor } = await pullSome(reader);
  expect(cursor.mode).toBe("slot");
  await reader.acknowledge(cursor);
  return { reader, cursor: cursor as SlotCursor };
}

async function slotRow(slot: string) {
  const [row] = await under.database.query<{ confirmed: string; active: boolean }>(
    "select confirmed_flush_lsn::text as confirmed, active from pg_replication_slots where slot_name = $1",
    [slot],
  );
  return row;
}

/** The server notices the end of a reader a moment later. */
async function dropSlot(slot: string): Promise<void> {
  for (;;) {
    const [row] = await under.database.query<{ dropped: boolean }>(
      `select count(pg_drop_replication_slot(slot_name)) = 1 as dropped from pg_replication_slots
       where slot_name = $1 and not active`,
      [slot],
    );
    if (row?.dropped === true) return;
  }
}

describe("resuming", () => {
  test("at the stored end of a commit brings exactly what committed after it", async () => {
    const { reader, cursor } = await onSlot();
    await write(1, 2);
    await write(2, 3);
    await pullSome(reader);
    await reader.close();
    const again = await open(cursor);
    expect(sequencesOf(await take(again, 2))).toEqual([2, 3]);
    await again.close();
  });

  test("planted: at a row's position it brings a commit again, and the ledger says so", async () => {
    const positions: bigint[] = [];
    const { reader, cursor } = await onSlot({ openReplication: notesRowPositions(under.replication, positions) });
    const delivered = [];
    await write(2, 2);
    const { batches } = await pullSome(reader);
    delivered.push(...batches);
    await reader.close();
    const again = await open({ ...cursor, lsn: positions.at(-1) as bigint });
    await write(3, 3);
    delivered.push(...(await take(again, 2)));
    await again.close();
    const acknowledged = [2, 3].map((sequence) => versionOf(0, sequence));
    expect(ledgerBreaks(delivered, { acknowledged })).toEqual([
      `commit ${versionOf(0, 2)} was acknowledged and delivered 2 times`,
    ]);
  });

  test("what was received and not stored comes again: nothing unacknowledged was confirmed", async () => {
    const { reader, cursor } = await onSlot();
    for (const sequence of [2, 3, 4, 5]) await write(sequence, sequence);
    await take(
      {
        ...reader,
        pull: (options) => reader.pull(options),
        acknowledge: async () => undefined,
        close: async () => undefined,
      },
      4,
    );
    await reader.close();
    const again = await open(cursor);
    expect(sequencesOf(await take(again, 4))).toEqual([2, 3, 4, 5]);
    await again.close();
  });

  test("planted: confirming what was received makes the server forget it, and the check before the start says so", async () => {
    const fallBacks: unknown[] = [];
    const { reader, cursor } = await onSlot({ openReplication: confirmsReceived(under.replication) });
    for (const sequence of [2, 3, 4, 5]) await write(sequence, sequence);
    await pullSome(reader);
    await reader.close();
    const again = await open(cursor, { onFallBack: (reason) => fallBacks.push(reason) });
    expect(fallBacks).toMatchObject([{ code: "TENON1531" }]);
    expect(sequencesOf(await take(again, 5))).toEqual([1, 2, 3, 4, 5]);
    await again.close();
    const unchecked = await open(cursor, { parts: { requireSlotAtCursor: async () => undefined } });
    expect(sequencesOf((await unchecked.pull({ batchesMax: 10, waitMs: 300 })).batches)).not.toContain(2);
    await unchecked.close();
  });
});

describe("a slot that was tampered with while the consumer was down", () => {
  const cases: readonly (readonly [string, string, (slot: string) => Promise<void>])[] = [
    ["dropped", "TENON1530", (slot) => dropSlot(slot)],
    [
      "dropped and made anew",
      "TENON1531",
      async (slot) => {
        await dropSlot(slot);
        await write(1, 2);
        await under.database.query("select pg_create_logical_replication_slot($1, 'pgoutput')", [slot]);
      },
    ],
    [
      "moved on by hand",
      "TENON1531",
      async (slot) => {
        await write(1, 2);
        await under.database.query("select pg_replication_slot_advance($1, pg_current_wal_lsn())", [slot]);
      },
    ],
  ];

  test.each(cases)(
    "%s: told as %s before the first batch, and polling goes on without loss",
    async (_, code, tamper) => {
      const { reader, cursor } = await onSlot();
      await reader.close();
      await inactive(cursor.slot);
      await tamper(cursor.slot);
      await write(1, 3);
      const fallBacks: unknown[] = [];
      const again = await open(cursor, { onFallBack: (reason) => fallBacks.push(reason) });
      expect(fallBacks).toMatchObject([{ code }]);
      const batches = await take(again, code === "TENON1531" ? 3 : 2);
      // What the slot brought since the last settled batch comes again; versions absorb it.
      expect([...new Set(sequencesOf(batches))]).toEqual(code === "TENON1531" ? [1, 2, 3] : [1, 3]);
      await again.close();
    },
  );

  test("planted: a start without the check loses what was written in between, silently, and the ledger says so", async () => {
    const { reader, cursor } = await onSlot();
    await reader.close();
    await dropSlot(cursor.slot);
    await write(1, 2);
    await under.database.query("select pg_create_logical_replication_slot($1, 'pgoutput')", [cursor.slot]);
    await write(1, 3);
    const again = await open(cursor, { parts: { requireSlotAtCursor: async () => undefined } });
    const batches = await take(again, 1);
    await again.close();
    const acknowledged = [2, 3].map((sequence) => versionOf(0, sequence));
    expect(ledgerBreaks(batches, { acknowledged })).toEqual([
      `commit ${versionOf(0, 2)} was acknowledged and delivered 0 times`,
    ]);
    expect(chainBreaks(batches)).not.toEqual([]);
  });

  test("after a fall-back the next start makes a new slot, and nothing is missing or doubled", async () => {
    const { reader, cursor } = await onSlot();
    await reader.close();
    await dropSlot(cursor.slot);
    await write(1, 2);
    const polling = await open(cursor);
    const first = await pullSome(polling);
    await polling.close();
    expect(first.cursor.mode).toBe("poll");
    await write(1, 3);
    const again = await open(first.cursor);
    const batches = [...(await take(again, 1))];
    await write(1, 4);
    const last = await pullSome(again);
    batches.push(...last.batches);
    await again.close();
    expect(sequencesOf(batches)).toEqual([3, 4]);
    expect(last.cursor.mode).toBe("slot");
    const [slots] = await under.database.query<{ count: bigint }>(
      "select count(*) as count from pg_replication_slots where database = current_database()",
    );
    expect(slots?.count).toBe(1n);
  });
});

async function inactive(slot: string): Promise<void> {
  while ((await slotRow(slot))?.active === true) await under.database.query("select 1");
}

describe("confirming", () => {
  test("an idle slot moves on once the idle position is stored", async () => {
    const { reader, cursor } = await onSlot();
    await under.database.execute("create table elsewhere as select generate_series(1, 1000) as n");
    let moved: FeedCursor = cursor;
    while (moved.mode === "slot" && moved.lsn === cursor.lsn)
      moved = (await reader.pull({ batchesMax: 1, waitMs: 50 })).cursor;
    const before = (await slotRow(cursor.slot))?.confirmed;
    await reader.acknowledge(moved);
    while ((await slotRow(cursor.slot))?.confirmed === before) await reader.pull({ batchesMax: 1, waitMs: 20 });
    await reader.close();
    const again = await open(moved);
    await write(1, 2);
    expect(sequencesOf(await take(again, 1))).toEqual([2]);
    await again.close();
  });

  test("only cursors of this reader are taken", async () => {
    const { reader, cursor } = await onSlot();
    await expect(reader.acknowledge({ ...cursor, lsn: cursor.lsn + 1_000_000n })).rejects.toMatchObject({
      code: "TENON1537",
    });
    await reader.close();
  });

  test("above the bound of unfinished transactions the server waits, and goes on when half is acknowledged", async () => {
    const { reader } = await onSlot({ unfinishedMax: 4 });
    for (let sequence = 2; sequence < 42; sequence++) await write(1, sequence);
    const seen: number[] = [];
    while (seen.length < 40) {
      const { batches, cursor } = await pullSome(reader, 100);
      seen.push(...sequencesOf(batches));
      await reader.acknowledge(cursor);
    }
    await reader.close();
    expect(seen).toEqual(Array.from({ length: 40 }, (_, at) => at + 2));
  });
});

describe("two feeds of one history", () => {
  test("deliver the same batches in the same order per row", async () => {
    const slot = await open("oldest");
    const writers = [1, 2, 3].map(async (worker) => {
      for (let round = 0; round < 15; round++) {
        const sequence = worker * 1_000 + round + 1;
        await under.repo
          .tx(
            async (tx) => {
              await tx.write(bidWrite(round % 4, sequence));
              if (round % 7 === 3) throw new Error("rolled back");
            },
            { isolation: "readCommitted", attemptsMax: 10 },
          )
          .catch(() => undefined);
      }
    });
    await Promise.all(writers);
    const polled = await readAll(under.feed(), 1);
    const streamed = await take(slot, polled.length);
    await slot.close();
    expect(polled.length).toBeGreaterThan(10);
    expect(feedDifferences(polled, streamed)).toEqual([]);
    expect(chainBreaks(streamed)).toEqual([]);
  });

  test("planted: a feed that leaves a batch out is told", async () => {
    for (const sequence of [1, 2, 3]) await write(1, sequence);
    const all = await readAll(under.feed(), 3);
    expect(feedDifferences(all, all.slice(1))).not.toEqual([]);
    expect(feedDifferences(all, [...all].reverse())).not.toEqual([]);
  });

  test("a start from the oldest batch changes from polling to the slot at an open transaction, without loss or repetition", async () => {
    const { repo, database } = under;
    await write(1, 1);
    const held = await begin(database);
    await repo.write(held.tx, bidWrite(2, 2));
    await held.number();
    // Making a slot waits for transactions that are open.
    const opening = open("oldest");
    await write(3, 3);
    await held.commit();
    const reader = await opening;
    const batches = [...(await take(reader, 3))];
    await write(4, 4);
    batches.push(...(await take(reader, 1)));
    await reader.close();
    expect(ledgerBreaks(batches, { acknowledged: [1, 2, 3, 4].map((sequence) => versionOf(0, sequence)) })).toEqual([]);
  });
});

describe("changing from polling to the slot", () => {
  test("what committed before the slot was made is polled to its end first", async () => {
    for (const sequence of [1, 2, 3]) await write(sequence, sequence);
    const reader = await open("oldest");
    await write(4, 4);
    const seen: number[] = [];
    while (seen.length < 4) seen.push(...sequencesOf((await pullSome(reader, 1)).batches));
    await reader.close();
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  test("what was polled after the slot was made does not come from the slot again", async () => {
    const reader = await open("oldest");
    for (const sequence of [1, 2, 3]) await write(sequence, sequence);
    expect(sequencesOf(await take(reader, 3))).toEqual([1, 2, 3]);
    await write(4, 4);
    expect(sequencesOf(await take(reader, 1))).toEqual([4]);
    await reader.close();
  });
});

describe("losing the slot while reading", () => {
  test("a heartbeat bounds what polling brings again, and nothing that was delivered comes twice in one session", async () => {
    const fallBacks: unknown[] = [];
    const { reader, cursor } = await onSlot({ onFallBack: (reason) => fallBacks.push(reason) });
    const heartbeat = new Heartbeat(under.database, (error) => {
      throw error;
    });
    await heartbeat.beat();
    const beaten = await heartbeat.beat();
    await write(1, 2);
    const seen = sequencesOf((await pullSome(reader)).batches);
    const settled = (await reader.pull({ batchesMax: 1, waitMs: 0 })).cursor as SlotCursor;
    expect(settled.settledSeq).toBe(beaten);
    await under.database.query(
      "select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1",
      [cursor.slot],
    );
    await dropSlot(cursor.slot);
    await write(1, 3);
    seen.push(...sequencesOf((await pullSome(reader)).batches));
    await reader.close();
    expect(seen).toEqual([2, 3]);
    expect(fallBacks).toMatchObject([{ code: "TENON1530" }]);
  });

  test("a terminated backend ends the reader, and the stored cursor goes on", async () => {
    const { reader, cursor } = await onSlot();
    await under.database.query(
      "select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1",
      [cursor.slot],
    );
    await expect(reader.pull({ batchesMax: 1, waitMs: 5_000 })).rejects.toThrow();
    await reader.close();
    await write(1, 2);
    const again = await open(cursor);
    expect(sequencesOf(await take(again, 1))).toEqual([2]);
    await again.close();
  });

  test("a slot is read by one consumer at a time", async () => {
    const { reader, cursor } = await onSlot();
    await expect(open(cursor)).rejects.toMatchObject({ code: "TENON1541" });
    await write(1, 2);
    expect(sequencesOf((await pullSome(reader)).batches)).toEqual([2]);
    await reader.close();
  });
});

describe("a cursor of another history", () => {
  test("is refused: another cluster, timeline or repository, or a later state of this one", async () => {
    const { reader, cursor } = await onSlot();
    await reader.close();
    const wrong: readonly FeedCursor[] = [
      { ...cursor, feedEpoch: cursor.feedEpoch.replace(/.$/, (digit) => (digit === "1" ? "2" : "1")) },
      { ...cursor, settledSeq: 1_000_000n },
      { ...cursor, lsn: cursor.lsn + (1n << 40n) },
      { mode: "poll", feedEpoch: cursor.feedEpoch, seq: 1_000_000n },
    ];
    for (const from of wrong) await expect(open(from)).rejects.toMatchObject({ code: "TENON1532" });
  });

  test("a cursor from an old backup is told by the slot, and polling brings what it missed", async () => {
    const { reader, cursor: old } = await onSlot();
    for (const sequence of [2, 3]) await write(1, sequence);
    const { cursor } = await pullSome(reader);
    await reader.acknowledge(cursor);
    await reader.close();
    await inactive(old.slot);
    const fallBacks: unknown[] = [];
    const again = await open(old, { onFallBack: (reason) => fallBacks.push(reason) });
    expect(fallBacks).toMatchObject([{ code: "TENON1531" }]);
    expect(sequencesOf(await take(again, 3)).slice(-2)).toEqual([2, 3]);
    await again.close();
  });
});
