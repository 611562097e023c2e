/** The reader's rules K1 to K4, over a stream that the test writes by hand. */
import type { Queryable } from "@tenon/postgres";
import type { ReplicationConnection, StreamMessage, StreamStatus } from "@tenon/postgres/replication";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { begin, COLUMNS, commit, insert, relation } from "../../test/pgoutput-messages.ts";
import type { SlotCursor } from "../api/change-feed.ts";
import { layoutOf } from "../api/layout.ts";
import { SAMPLE_ENTITIES } from "../conformance/sample-entities.ts";
import { LayoutBook } from "./layout-book.ts";
import { SlotReader } from "./slot-reader.ts";

const NOW = { batchesMax: 100, waitMs: 0 } as const;

const layoutRows = [{ schema_v: 1, layout: layoutOf(SAMPLE_ENTITIES) }];
const layoutTable = { query: async () => layoutRows } as unknown as Queryable;

async function scripted({ unfinishedMax, settledSeq = 0n }: { unfinishedMax?: number; settledSeq?: bigint } = {}) {
  const statuses: StreamStatus[] = [];
  const flow: string[] = [];
  const received = { bytes: 0 };
  let deliver: (message: StreamMessage) => void = () => undefined;
  let end: (reason: Error | undefined) => void = () => undefined;
  const connection = {
    stream: async (options: Parameters<ReplicationConnection["stream"]>[0]) => {
      deliver = options.onMessage;
      return {
        ended: new Promise<Error | undefined>((resolve) => {
          end = resolve;
        }),
        get bytesRead() {
          return received.bytes;
        },
        sendStatus: (status: StreamStatus) => statuses.push(status),
        pause: () => flow.push("pause"),
        resume: () => flow.push("resume"),
      };
    },
    close: async () => undefined,
  } as unknown as ReplicationConnection;
  const cursor: SlotCursor = { mode: "slot", feedEpoch: "e", slot: "s", lsn: 100n, settledSeq };
  const layouts = new LayoutBook(layoutTable, SAMPLE_ENTITIES);
  const reader = new SlotReader({ connection, layouts, cursor, publication: "p", unfinishedMax });
  await reader.start();
  onTestFinished(() => reader.close());
  const data = (bytes: Buffer, position = 0n) => deliver({ kind: "data", position, walEnd: position, bytes });
  const row = (seq: number, settled: string | null = null) =>
    data(insert([String(seq), String(seq), "0", "1", settled === null ? "1" : "0", settled, "[]"]));
  data(begin);
  data(relation(COLUMNS));
  data(commit(101n));
  const { cursor: first } = await reader.pull(NOW);
  await reader.acknowledge(first);
  return {
    reader,
    statuses,
    flow,
    received,
    fail: (reason: Error) => end(reason),
    data,
    row,
    transaction: (endLsn: bigint, ...seqs: readonly number[]) => {
      data(begin);
      for (const seq of seqs) row(seq);
      data(commit(endLsn));
    },
    keepalive: (walEnd: bigint, replyRequested = false) => deliver({ kind: "keepalive", walEnd, replyRequested }),
  };
}

const lsnOf = (cursor: unknown) => (cursor as SlotCursor).lsn;

test("a transaction is delivered at its commit, whole, and its end is the position to go on from", async () => {
  const { reader, data, row } = await scripted();
  data(begin);
  row(1);
  row(2);
  expect(await reader.pull(NOW)).toMatchObject({ batches: [], cursor: { lsn: 101n } });
  data(commit(300n));
  const { batches, cursor } = await reader.pull(NOW);
  expect(batches.map((batch) => batch.seq)).toEqual([1n, 2n]);
  expect(lsnOf(cursor)).toBe(300n);
});

test("the server's position is idle only while no transaction is open or queued", async () => {
  const { reader, data, row, keepalive, transaction } = await scripted();
  keepalive(400n);
  expect(lsnOf((await reader.pull(NOW)).cursor)).toBe(400n);
  data(begin);
  row(1);
  keepalive(900n);
  expect(lsnOf((await reader.pull(NOW)).cursor)).toBe(400n);
  data(commit(600n));
  transaction(700n, 2);
  keepalive(1_000n);
  expect(lsnOf((await reader.pull({ batchesMax: 1, waitMs: 0 })).cursor)).toBe(600n);
  expect(lsnOf((await reader.pull(NOW)).cursor)).toBe(700n);
  keepalive(1_000n);
  expect(lsnOf((await reader.pull(NOW)).cursor)).toBe(1_000n);
});

test("what is confirmed is what was acknowledged, whatever was received, pulled or asked", async () => {
  const { reader, transaction, keepalive, statuses } = await scripted();
  transaction(500n, 1);
  keepalive(500n, true);
  const { cursor } = await reader.pull(NOW);
  keepalive(800n, true);
  expect(statuses.map((status) => status.flushed)).toEqual([101n, 101n]);
  expect(statuses.at(-1)?.received).toBe(800n);
  await reader.acknowledge(cursor);
  keepalive(800n, true);
  expect(statuses.at(-1)?.flushed).toBe(500n);
});

test("batches that had settled when the slot was taken over are left out", async () => {
  const { reader, transaction } = await scripted({ settledSeq: 7n });
  transaction(500n, 6);
  transaction(600n, 8);
  transaction(700n, 7);
  const { batches, cursor } = await reader.pull(NOW);
  expect(batches.map((batch) => batch.seq)).toEqual([8n]);
  expect(lsnOf(cursor)).toBe(700n);
});

test("a heartbeat is not delivered; it moves what is settled", async () => {
  const { reader, data, row } = await scripted();
  data(begin);
  row(9, "6");
  data(commit(500n));
  expect(await reader.pull(NOW)).toMatchObject({ batches: [], cursor: { lsn: 500n, settledSeq: 6n } });
});

test("the socket is paused at the bound, and goes on when half is acknowledged", async () => {
  const { reader, transaction, flow } = await scripted({ unfinishedMax: 4 });
  for (const end of [200n, 300n, 400n, 500n]) transaction(end, Number(end));
  expect(flow).toEqual(["pause"]);
  const first = await reader.pull({ batchesMax: 1, waitMs: 0 });
  await reader.acknowledge(first.cursor);
  expect(flow).toEqual(["pause"]);
  const second = await reader.pull({ batchesMax: 1, waitMs: 0 });
  await reader.acknowledge(second.cursor);
  expect(flow).toEqual(["pause", "resume"]);
});

test("what was received before a failure is delivered, and nothing past it", async () => {
  const { reader, transaction, fail } = await scripted();
  transaction(500n, 1);
  fail(new Error("the connection was closed"));
  await Promise.resolve();
  transaction(600n, 2);
  expect((await reader.pull(NOW)).batches.map((batch) => batch.seq)).toEqual([1n]);
  await expect(reader.pull(NOW)).rejects.toThrow("the connection was closed");
  await expect(reader.pull(NOW)).rejects.toThrow("the connection was closed");
});

test("a batch that cannot be read ends the reader", async () => {
  const { reader, data } = await scripted();
  data(begin);
  data(insert(["1", "1", "0", "1", "99", null, "[]"]));
  data(commit(500n));
  await expect(reader.pull(NOW)).rejects.toMatchObject({ code: "TENON1538" });
  await expect(reader.pull(NOW)).rejects.toMatchObject({ code: "TENON1538" });
});

describe("a server that says nothing", () => {
  /** Time passes by hand: so much, and then the reader's timer is due. */
  function clock() {
    let nowMs = 0;
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
    const now = vi.spyOn(performance, "now").mockImplementation(() => nowMs);
    onTestFinished(() => {
      now.mockRestore();
      vi.useRealTimers();
    });
    return (ms: number, times = 1) => {
      for (let time = 0; time < times; time++) {
        nowMs += ms;
        vi.advanceTimersByTime(100);
      }
    };
  }

  test("is taken for gone after ten seconds", async () => {
    const pass = clock();
    const { reader } = await scripted();
    pass(100, 100);
    expect(reader.failure).toBeUndefined();
    pass(100, 2);
    expect(reader.failure).toMatchObject({ code: "TENON1536", message: expect.any(String) });
  });

  test("is heard while a large message is under way", async () => {
    const pass = clock();
    const { reader, received } = await scripted();
    for (let second = 0; second < 60; second++) {
      received.bytes += 1;
      pass(100, 10);
    }
    expect(reader.failure).toBeUndefined();
  });

  test("is not blamed for the time in which this process was busy", async () => {
    const pass = clock();
    const { reader } = await scripted();
    pass(30_000);
    expect(reader.failure).toBeUndefined();
    pass(100, 102);
    expect(reader.failure).toMatchObject({ code: "TENON1536" });
  });

  test.each([86_400_000, -86_400_000])(
    "is not judged by the clock on the wall, which jumps by %d ms",
    async (jumpMs) => {
      const pass = clock();
      const { reader, statuses, keepalive } = await scripted();
      pass(100, 50);
      vi.setSystemTime(Date.now() + jumpMs);
      const before = statuses.length;
      pass(100, 40);
      expect([reader.failure, statuses.length - before]).toEqual([undefined, 40]);
      keepalive(900n);
      pass(100, 90);
      expect(reader.failure).toBeUndefined();
    },
  );
});
