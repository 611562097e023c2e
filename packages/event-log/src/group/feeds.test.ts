import { ManualClock, promiseByHand, settle } from "@tenon/graph-testkit";
import { describe, expect, test } from "vitest";
import type { LogRecord } from "../api/event-log.ts";
import { joinOptions } from "../conformance/worker.ts";
import { Bell } from "./bell.ts";
import { DirectFeed, type Found } from "./direct-feed.ts";
import { HeldPartitions } from "./held-partitions.ts";

const AT = { topic: "t", partition: 0 };
const PULL = { recordsMax: 10, bytesMax: 1e6, waitMs: 0 };

function record(offset: number, bytes = 36): LogRecord {
  return { ...AT, offset, key: "", timeMs: 0, appendedAtMs: 0, headers: {}, value: new Uint8Array(bytes) };
}

describe("direct feed", () => {
  const feedOf = (read: (offset: number) => Promise<Found>) => {
    const clock = new ManualClock();
    const bell = new Bell(clock);
    return { clock, bell, feed: new DirectFeed({ clock, fromOffset: 0, read, bell, lookAgainMs: () => 100 }) };
  };

  test("what is read while the partition is taken away is not delivered", async () => {
    const read = promiseByHand<Found>();
    const { feed } = feedOf(() => read.promise);
    const pulled = feed.pull(PULL);
    await settle();
    feed.end(() => new Error("taken"));
    read.resolve({ records: [record(0)] });
    await expect(pulled).rejects.toThrow("taken");
  });

  test("what is read while a seek moves the position is read again from there", async () => {
    const first = promiseByHand<Found>();
    const asked: number[] = [];
    const { feed } = feedOf((offset) => {
      asked.push(offset);
      return asked.length === 1 ? first.promise : Promise.resolve({ records: [record(offset)] });
    });
    const pulled = feed.pull(PULL);
    await settle();
    feed.seek(7);
    first.resolve({ records: [record(0)] });
    expect((await pulled).map(({ offset }) => offset)).toEqual([7]);
    expect(asked).toEqual([0, 7]);
  });

  test("without a bell it looks again by itself, and gives up at its time", async () => {
    let looks = 0;
    const { clock, feed } = feedOf(async () => {
      looks++;
      return { records: [] };
    });
    let done = false;
    const pulled = feed.pull({ ...PULL, waitMs: 250 }).then(() => {
      done = true;
    });
    await settle();
    clock.advance(249);
    await settle();
    expect([looks, done]).toEqual([2, false]);
    clock.advance(100);
    await settle();
    clock.advance(100);
    await settle();
    await pulled;
    expect(clock.pending).toBe(0);
  });
});

describe("a look that reached the end", () => {
  const following = (end: (reads: number) => number) => {
    const clock = new ManualClock();
    const bell = new Bell(clock);
    let reads = 0;
    let onRead = () => undefined as void;
    const feed = new DirectFeed({
      ...{ clock, fromOffset: 0, bell, lookAgainMs: () => 100 },
      read: async (offset) => {
        reads++;
        onRead();
        return { records: reads === 1 ? [record(offset)] : [], end: end(reads) };
      },
    });
    return { clock, bell, feed, reads: () => reads, whileReading: (during: () => void) => (onRead = during) };
  };

  test("is not followed by another one before somebody rings, or the time has come", async () => {
    const { clock, bell, feed, reads } = following(() => 1);
    expect(await feed.pull(PULL)).toHaveLength(1);
    expect(await feed.pull(PULL)).toEqual([]);
    expect(reads()).toBe(1);
    bell.ring();
    await feed.pull(PULL);
    expect(reads()).toBe(2);
    clock.advance(100);
    await feed.pull(PULL);
    expect(reads()).toBe(3);
  });

  test("is followed by another one when somebody rang meanwhile, or more was there", async () => {
    const rung = following(() => 1);
    rung.whileReading(() => rung.bell.ring());
    await rung.feed.pull(PULL);
    await rung.feed.pull(PULL);
    expect(rung.reads()).toBe(2);
    const more = following(() => 2);
    await more.feed.pull(PULL);
    await more.feed.pull(PULL);
    expect(more.reads()).toBe(2);
  });
});

describe("held partitions", () => {
  const held = (change: Parameters<typeof joinOptions>[2] = {}) => {
    const clock = new ManualClock();
    const failures: unknown[] = [];
    const partitions = new HeldPartitions({
      join: joinOptions("g", ["t"], { drainMs: 1_000, ...change }),
      clock,
      startFeed: (_, fromOffset) =>
        new DirectFeed({
          clock,
          fromOffset,
          read: async () => ({ records: [] }),
          bell: new Bell(clock),
          lookAgainMs: () => 100,
        }),
      onAssignFailed: (error) => failures.push(error),
    });
    return { clock, partitions, failures };
  };

  test("H1, H3: an owner that never took the partition is told that it lost it, and the hand-over goes on", async () => {
    const lost: unknown[] = [];
    const revoked: unknown[] = [];
    const { clock, partitions } = held({
      onAssigned: () => new Promise(() => undefined),
      onRevoked: async (at) => void revoked.push(at),
      onLost: (at) => lost.push(at),
    });
    partitions.assign(AT);
    const over = partitions.revoke(AT);
    await settle();
    clock.advance(1_000);
    await over;
    expect([lost, revoked]).toEqual([[AT], []]);
    expect(partitions.held).toEqual([]);
  });

  test("H1: a partition that is lost while it drains is not lost a second time", async () => {
    const lost: unknown[] = [];
    const drained = Promise.withResolvers<void>();
    const { clock, partitions } = held({ onRevoked: () => drained.promise, onLost: (at) => lost.push(at) });
    partitions.assign(AT);
    await settle();
    const over = partitions.revoke(AT);
    await settle();
    partitions.lose(AT);
    drained.resolve();
    await over;
    expect(lost).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test("H2: an offset that comes after the partition went starts nothing", async () => {
    const offset = promiseByHand<number>();
    const { partitions } = held({ onAssigned: () => offset.promise });
    partitions.assign(AT);
    partitions.lose(AT);
    offset.resolve(0);
    await settle();
    expect(partitions.assigned).toEqual([]);
    await expect(partitions.pull(AT, PULL)).rejects.toMatchObject({ code: "TENON1556" });
  });

  test("several owners' failures are one failure of the member", async () => {
    const { partitions, failures } = held({ onAssigned: () => Promise.reject(new Error("away")) });
    partitions.assign(AT);
    partitions.assign({ ...AT, partition: 1 });
    await settle();
    expect(failures).toHaveLength(1);
  });
});
