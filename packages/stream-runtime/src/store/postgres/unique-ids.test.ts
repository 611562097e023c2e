/**
 * T13: what keeps the messages of a batch from being kept twice, one line of defence after the other taken away, the last two
 * in Postgres itself: the fence; their numbers (a primary key); their ids (a unique constraint).
 */
import { testDatabase } from "@tenon/postgres/testing";
import { expect, test } from "vitest";
import type { StoreMutant } from "../store-mutant.ts";
import type { BatchCommit, OutboxRow } from "../task-store.ts";
import { PostgresTaskStore } from "./postgres-task-store.ts";

const SEQUENCE = "alter table stream_outbox drop constraint stream_outbox_pkey";
const UNIQUE = "alter table stream_outbox drop constraint stream_outbox_record_id_key";

interface Broken {
  readonly mutant?: StoreMutant;
  /** Statements that take defences away. */
  readonly dropped?: readonly string[];
}

/** One owner commits a batch; another one that believes it still owns the partition commits the same records, cut otherwise. */
async function committedTwice({ mutant, dropped = [] }: Broken, numbers: readonly [first: number, again: number]) {
  const { database, drop } = await testDatabase();
  try {
    const store = new PostgresTaskStore({ database, ...(mutant !== undefined && { mutant }) });
    const at = { task: "sums", partition: 0 };
    await store.prepare([{ name: at.task, source: "amounts", window: undefined }]);
    const { epoch } = await store.claim(at, "owner");
    for (const statement of dropped) await database.execute(statement);
    const message = (seq: number): OutboxRow => ({
      ...{ seq, topic: "sums", partition: 0, key: "a", timeMs: 1, headers: {}, value: new Uint8Array([1]) },
      recordId: "sums/0/7",
    });
    const batch = (seq: number): BatchCommit => ({
      ...{ ...at, epoch, start: 0, end: 10, watermarkMs: 1, outboxSeq: seq, inbox: {}, state: [], windows: [] },
      ...{ dropWindowsEndedBeforeMs: undefined, relayedSeq: 0, parked: [], unparked: [], writes: [], lane: "low" },
      outbox: [message(seq)],
    });
    expect(await store.commit(batch(numbers[0]))).toBe("committed");
    const again = await store.commit(batch(numbers[1])).catch((error: Error) => error.message);
    const [kept] = await database.query<{ messages: number }>("select count(*)::int as messages from stream_outbox");
    return { again, messages: kept?.messages };
  } finally {
    await drop();
  }
}

const SAME = [1, 1] as const;
const CUT_OTHERWISE = [1, 2] as const;

test("a batch that is committed twice is fenced, whatever else is gone", async () => {
  expect(await committedTwice({}, SAME)).toEqual({ again: "fenced", messages: 1 });
  const broken = { dropped: [SEQUENCE, UNIQUE] };
  expect(await committedTwice(broken, SAME)).toEqual({ again: "fenced", messages: 1 });
});

test("without the fence the numbers of messages refuse it", async () => {
  const { again, messages } = await committedTwice({ mutant: "noFence", dropped: [UNIQUE] }, SAME);
  expect(again).toMatch(/stream_outbox_pkey/);
  expect(messages).toBe(1);
});

test("without the fence, cut into other batches, the ids of messages refuse it", async () => {
  const { again, messages } = await committedTwice({ mutant: "noFence" }, CUT_OTHERWISE);
  expect(again).toMatch(/stream_outbox_record_id_key/);
  expect(messages).toBe(1);
});

test("planted: without the fence and without UNIQUE in Postgres a message is kept twice", async () => {
  const broken = { mutant: "noFence", dropped: [UNIQUE] } as const;
  expect(await committedTwice(broken, CUT_OTHERWISE)).toEqual({ again: "committed", messages: 2 });
});
