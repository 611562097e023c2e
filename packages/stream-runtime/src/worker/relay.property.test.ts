import type { EventLog, NewRecord } from "@tenon/event-log/api";
import { VirtualClock } from "@tenon/event-log/simulation";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { OutboxRow, TaskStore } from "../store/task-store.ts";
import { Relay } from "./relay.ts";

const rowOf = (seq: number): OutboxRow => ({
  ...{ seq, topic: "out", partition: 0, key: "k", timeMs: seq, headers: {}, value: new Uint8Array() },
  recordId: `id-${seq}`,
});

const OPTIONS = { rowsMax: 4, pendingMax: 8, attemptsMax: 50, backOffMs: 1 };

/** A log whose appends settle when they are told to: taken, refused, or taken in part and refused. */
function harness(outcomes: readonly number[], left: readonly OutboxRow[]) {
  const clock = new VirtualClock(0);
  const appended: number[] = [];
  let out = 0;
  let mostOut = 0;
  let calls = 0;
  const append = async (records: readonly NewRecord[]) => {
    mostOut = Math.max(mostOut, ++out);
    await new Promise<void>((resolve) => clock.after(1 + (calls % 3), resolve));
    out--;
    const share = outcomes[calls++ % Math.max(1, outcomes.length)] ?? 1;
    const taken = records.slice(0, Math.floor(records.length * share));
    appended.push(...taken.map((record) => Number(record.headers["tenon-seq"])));
    if (share < 1) throw new Error("the connection was lost");
    return [];
  };
  let outbox = [...left];
  const store = {
    outbox: async (_: unknown, after: number, max: number) => outbox.filter(({ seq }) => seq > after).slice(0, max),
    relayed: async (_: unknown, upTo: number) => {
      outbox = outbox.filter(({ seq }) => seq > upTo);
    },
  } as unknown as TaskStore;
  const failures: Error[] = [];
  const relay = new Relay(
    { task: "t", partition: 0 },
    {
      ...{ log: { append } as unknown as EventLog, store, clock, options: OPTIONS, faults: undefined },
      onFailed: (error) => failures.push(error),
    },
  );
  return {
    clock,
    relay,
    appended,
    failures,
    keep: (rows: readonly OutboxRow[]) => outbox.push(...rows),
    left: () => outbox,
    most: () => mostOut,
  };
}

test("every message reaches the log, first times in order, and leaves the outbox only after that", async () => {
  // 0 refuses, 0.5 takes half and refuses, 1 takes all; at least one call in a row works.
  const outcomes = fc.array(fc.constantFrom(0, 0.5, 1), { maxLength: 6 }).map((drawn) => [...drawn, 1]);
  const batches = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(outcomes, batches, fc.integer({ min: 0, max: 11 }), async (drawn, sizes, leftOver) => {
      const left = Array.from({ length: leftOver }, (_, index) => rowOf(index + 1));
      const { clock, relay, appended, failures, keep, left: outbox, most } = harness(drawn, left);
      const resumed = relay.resume();
      await clock.runFor(5_000);
      await resumed;
      let seq = leftOver;
      for (const size of sizes) {
        const rows = Array.from({ length: size }, () => rowOf(++seq));
        keep(rows);
        relay.offer(rows);
        await clock.runFor(3);
        for (const { seq: kept } of left)
          if (!outbox().some((row) => row.seq === kept)) expect(appended).toContain(kept);
        await relay.settle();
        expect(outbox().every((row) => row.seq > relay.appendedSeq)).toBe(true);
      }
      await clock.runFor(10_000);
      await relay.settle();
      expect(failures).toEqual([]);
      expect([...new Set(appended)]).toEqual(Array.from({ length: seq }, (_, index) => index + 1));
      expect(outbox()).toEqual([]);
      expect(most()).toBeLessThanOrEqual(1);
    }),
    { numRuns: 60 },
  );
});

test("a log that never takes anything ends the partition by name, and the outbox keeps everything", async () => {
  const { clock, relay, failures, left } = harness([0], [rowOf(1), rowOf(2)]);
  const resumed = relay.resume();
  await clock.runFor(2 ** 52);
  await resumed;
  expect(failures[0]?.message).toMatch(/^TENON1806 task "t" cannot append to out \(partition 0, 50 attempts\)/);
  expect(left()).toHaveLength(2);
});

test("a partition waits while more messages are pending than are allowed", async () => {
  const { clock, relay } = harness([1], []);
  relay.offer(Array.from({ length: 9 }, (_, index) => rowOf(index + 1)));
  let hasRoom = false;
  void relay.hasRoom().then(() => {
    hasRoom = true;
  });
  await clock.runFor(0);
  expect(hasRoom).toBe(false);
  await clock.runFor(50);
  expect(hasRoom).toBe(true);
});
