import { ManualClock } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { recordBytes } from "../api/record-size.ts";
import { QueueFeed } from "./queue-feed.ts";
import { encodeBatch, patched, record } from "./testing/encode-batch.ts";

const AT = { topic: "t", partition: 0 };
const PULL = { recordsMax: 10, bytesMax: 1e6, waitMs: 0 };
const VALUE_BYTES = 36;

const fetched = (...batches: readonly Buffer[]) => ({ batches: Buffer.concat(batches), aborted: [] });

function records(firstOffset: number, count = 1, bytes = VALUE_BYTES): Buffer {
  return encodeBatch(
    Array.from({ length: count }, () => record("x".repeat(bytes))),
    { firstOffset },
  );
}

function feedOf(recordsMax = 4, bytesMax = 1_000) {
  const rooms: number[] = [];
  const feed: QueueFeed = new QueueFeed({
    ...{ at: AT, clock: new ManualClock(), fromOffset: 0, recordsMax, bytesMax },
    onRoom: () => rooms.push(feed.heldRecords),
  });
  return { feed, rooms };
}

const offsets = (read: readonly { readonly offset: number }[]) => read.map(({ offset }) => offset);

test("Q1: holds no more records or bytes than allowed, or one that is larger", async () => {
  const { feed } = feedOf(4, 250);
  feed.push(0, fetched(records(0, 4)));
  expect(feed.heldRecords).toBe(2);
  expect(feed.heldBytes).toBeLessThanOrEqual(250);
  const [first] = await feed.pull({ ...PULL, recordsMax: 1 });
  expect(feed.heldBytes).toBeGreaterThanOrEqual(recordBytes(first as NonNullable<typeof first>));
  await feed.pull(PULL);
  expect([feed.heldRecords, feed.heldBytes]).toEqual([0, 0]);
  const large = feedOf(4, 10).feed;
  large.push(0, fetched(records(0, 2, 500)));
  expect([large.heldRecords, large.fetchOffset]).toEqual([1, undefined]);
  const few = feedOf(4).feed;
  few.push(0, fetched(records(0, 6)));
  expect(few.heldRecords).toBe(4);
});

test("Q2: asks for more only when half is free, from the first record that was not taken", async () => {
  const { feed, rooms } = feedOf(4);
  feed.push(0, fetched(records(0, 6)));
  expect(feed.fetchOffset).toBeUndefined();
  await feed.pull({ ...PULL, recordsMax: 1 });
  expect([feed.fetchOffset, rooms.length]).toEqual([undefined, 0]);
  await feed.pull({ ...PULL, recordsMax: 1 });
  expect([feed.fetchOffset, rooms.length]).toEqual([4, 1]);
  feed.push(0, fetched(records(0, 6)));
  expect(offsets(await feed.pull(PULL))).toEqual([2, 3, 4, 5]);
});

test("gaps at the end of a fetch are skipped once all of it was taken", () => {
  const { feed } = feedOf(4);
  // As compaction leaves it: the batch's last offset stays when its last records go.
  const batch = patched(records(3), (bytes) => bytes.writeInt32BE(5, 23));
  feed.push(0, fetched(batch));
  expect(feed.fetchOffset).toBe(9);
});

test("a pull's bytes are those of its records, and the next pull goes on behind them", async () => {
  const { feed } = feedOf(10, 10_000);
  feed.push(0, fetched(records(0, 3), records(3, 3)));
  const bytesMax = 2 * (VALUE_BYTES + 64);
  expect(offsets(await feed.pull({ ...PULL, bytesMax }))).toEqual([0, 1]);
  expect(offsets(await feed.pull({ ...PULL, bytesMax }))).toEqual([2, 3]);
  expect(offsets(await feed.pull({ ...PULL, bytesMax: 1 }))).toEqual([4]);
  expect(offsets(await feed.pull(PULL))).toEqual([5]);
});

test("what was fetched for the position before a seek is dropped, and so is its error", async () => {
  const { feed } = feedOf();
  feed.seek(2);
  feed.push(0, fetched(records(0)));
  feed.fail(0, new Error("stale"));
  expect(await feed.pull(PULL)).toEqual([]);
  feed.push(1, fetched(records(2)));
  expect(offsets(await feed.pull(PULL))).toEqual([2]);
});

test("an error is told after what came before it, until a seek", async () => {
  const { feed } = feedOf();
  feed.push(0, fetched(records(0)));
  feed.fail(0, new Error("trimmed"));
  expect(await feed.pull(PULL)).toHaveLength(1);
  await expect(feed.pull(PULL)).rejects.toThrow("trimmed");
  await expect(feed.pull(PULL)).rejects.toThrow("trimmed");
  feed.seek(8);
  expect(await feed.pull(PULL)).toEqual([]);
});

test("Q3: a batch that cannot be read is told after what came before it, until a seek", async () => {
  const damaged = records(2);
  damaged[70] = 0xff;
  const { feed } = feedOf();
  feed.push(0, fetched(records(0, 2), damaged));
  // It is asked for again, by itself.
  expect(feed.fetchOffset).toBe(2);
  feed.push(0, fetched(damaged));
  expect(offsets(await feed.pull(PULL))).toEqual([0, 1]);
  for (const _ of [1, 2]) await expect(feed.pull(PULL)).rejects.toMatchObject({ code: "TENON1566" });
  feed.seek(3);
  feed.push(1, fetched(records(3)));
  expect(offsets(await feed.pull(PULL))).toEqual([3]);
});

test("Q3: a record that lies within is told after what came before it, until a seek", async () => {
  // The second record's value claims the third one's bytes: then the fourth would be read, as if nothing were missing.
  const [valueBytes, recordBytesAll] = [10, 17];
  const valueLengthAt = 61 + recordBytesAll + 5;
  const lying = patched(records(0, 4, valueBytes), (bytes) =>
    bytes.writeInt8(2 * (valueBytes + recordBytesAll), valueLengthAt),
  );
  const { feed } = feedOf();
  feed.push(0, fetched(lying));
  expect(offsets(await feed.pull(PULL))).toEqual([0]);
  for (const _ of [1, 2]) await expect(feed.pull(PULL)).rejects.toMatchObject({ code: "TENON1566" });
  feed.seek(4);
  expect(await feed.pull(PULL)).toEqual([]);
});

test("queued records of a partition that is gone are not delivered", async () => {
  const { feed } = feedOf();
  feed.push(0, fetched(records(0)));
  feed.end(() => new Error("gone"));
  await expect(feed.pull(PULL)).rejects.toThrow("gone");
  expect(feed.heldBytes).toBe(0);
});
