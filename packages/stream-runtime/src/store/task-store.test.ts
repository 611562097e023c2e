import { testDatabase } from "@tenon/postgres/testing";
import { afterAll, describe, expect, test } from "vitest";
import { MemoryTaskStore } from "./memory/memory-task-store.ts";
import { PostgresOperations } from "./postgres/postgres-operations.ts";
import { PostgresTaskStore } from "./postgres/postgres-task-store.ts";
import type { BatchCommit, OutboxRow, ParkedRow, TaskOperations, TaskStore } from "./task-store.ts";

interface Binding {
  readonly store: TaskStore;
  readonly operations: TaskOperations;
}

const { database, drop } = await testDatabase();
afterAll(drop);
const memory = new MemoryTaskStore({ clock: { nowMs: () => 0 } });
const stepwise = new PostgresTaskStore({ database, onStep: async () => undefined });
const operations = new PostgresOperations(database);

const bindings: readonly (readonly [name: string, binding: Binding])[] = [
  ["memory", { store: memory, operations: memory }],
  ["postgres, one statement", { store: new PostgresTaskStore({ database }), operations }],
  ["postgres, in steps", { store: stepwise, operations }],
];

const bytes = (text: string) => new TextEncoder().encode(text);
const header = { "tenon-id": 'quote " backslash \\ brace {} comma ,' };
const message = (seq: number, recordId = `id-${seq}`): OutboxRow => ({
  ...{ seq, topic: "counts", partition: 1, key: "ключ", timeMs: 1_700_000_000_000, headers: header },
  ...{ value: bytes('{"a":"\\"é"}'), recordId },
});
const parkedRow = (offset: number, reason = "node failed"): ParkedRow => ({
  ...{ topic: "events", offset, key: "k", timeMs: 5, headers: { a: "1" }, value: bytes("not json \u0001") },
  ...{ code: "TENON1803", reason, owner: "ads-streams", inputDigest: undefined },
});

describe.each(bindings)("%s", (name, { store, operations: operate }) => {
  const task = (test: string) => `${name.replaceAll(/[^a-z]+/g, "-")}-${test}`.slice(0, 40);
  const layout = { clicks: "number", labels: "map" } as const;

  async function claimed(testName: string) {
    const at = { task: task(testName), partition: 3 };
    await store.prepare([{ name: at.task, source: "events", window: layout }]);
    const { epoch } = await store.claim(at, "worker-1");
    const batch = (changes: Partial<BatchCommit>): BatchCommit => ({
      ...at,
      ...{ epoch, start: 0, end: 10, watermarkMs: 50, outboxSeq: 0, inbox: {}, state: [], windows: [] },
      ...{
        dropWindowsEndedBeforeMs: undefined,
        outbox: [],
        relayedSeq: 0,
        parked: [],
        unparked: [],
        writes: [],
        lane: "low",
      },
      ...changes,
    });
    return { at, epoch, batch };
  }

  test("a partition that was never claimed has no offset; what was committed is there at the next claim", async () => {
    const { at, batch } = await claimed("claim");
    expect(await store.commit(batch({ outboxSeq: 7, inbox: { "up/0": 4 } }))).toBe("committed");
    expect(await store.commit(batch({ start: 10, end: 12, outboxSeq: 9, inbox: { "up/1": 1 } }))).toBe("committed");
    expect(await store.claim(at, "worker-2")).toEqual({
      ...{ epoch: 2, next: 12, watermarkMs: 50, outboxSeq: 9, inbox: { "up/0": 4, "up/1": 1 } },
    });
    const other = { ...at, partition: 4 };
    const { next, watermarkMs } = await store.claim(other, "worker-2");
    expect({ next, watermarkMs }).toEqual({ next: undefined, watermarkMs: Number.NEGATIVE_INFINITY });
  });

  test("after another claim, or from another offset, a commit is fenced and leaves nothing behind", async () => {
    const { at, epoch, batch } = await claimed("fence");
    const everything = {
      state: [{ key: "a", value: "1" }],
      windows: [{ sizeMs: 10, startMs: 40, key: "a", revision: -1, values: [1, { x: 1 }] }],
      outbox: [message(1, `${at.task}-fenced`)],
      parked: [parkedRow(3)],
    };
    expect(await store.commit(batch({}))).toBe("committed");
    expect(await store.commit(batch({ ...everything, start: 0, end: 20 }))).toBe("fenced");
    await store.claim(at, "worker-2");
    expect(await store.commit(batch({ ...everything, epoch, start: 10, end: 20 }))).toBe("fenced");
    expect(await store.state(at, ["a"])).toEqual([]);
    expect(await store.windows(at, 0)).toEqual([]);
    expect(await store.outbox(at, 0, 10)).toEqual([]);
    expect(await operate.parked(at.task)).toEqual([]);
    expect(await store.claim(at, "worker-3")).toMatchObject({ next: 10 });
  });

  test("state is kept byte for byte and forgotten on request", async () => {
    const { at, batch } = await claimed("state");
    const value = '{"b":1,"a":[1.5,"\\\\\\"é"]}';
    await store.commit(
      batch({
        state: [
          { key: 'a"\\{,}', value },
          { key: "b", value: "2" },
        ],
      }),
    );
    expect(await store.state(at, ['a"\\{,}', "none"])).toEqual([{ key: 'a"\\{,}', value }]);
    await store.commit(
      batch({
        start: 10,
        end: 11,
        state: [
          { key: "b", value: null },
          { key: "c", value: "3" },
        ],
      }),
    );
    expect(await store.state(at, ["b", "c"])).toEqual([{ key: "c", value: "3" }]);
    expect(await store.state({ ...at, partition: 0 }, ["c"])).toEqual([]);
  });

  test("window rows are replaced, read by their end, and dropped whole", async () => {
    const { at, batch } = await claimed("windows");
    const row = (startMs: number, clicks: number | null, revision = -1) => ({
      ...{ sizeMs: 10, startMs, key: "a", revision, values: [clicks, { x: 2, y: 1 }] },
    });
    await store.commit(batch({ windows: [row(10, 1), row(20, null), row(30, 9_007_199_254_740_991)] }));
    await store.commit(batch({ start: 10, end: 11, windows: [row(20, 5, 0)] }));
    expect(sorted(await store.windows(at, 20))).toEqual([row(20, 5, 0), row(30, 9_007_199_254_740_991)]);
    expect(await store.windows(at, Number.NEGATIVE_INFINITY)).toHaveLength(3);
    await store.commit(batch({ start: 11, end: 12, dropWindowsEndedBeforeMs: 30 }));
    expect(sorted(await store.windows(at, 0))).toEqual([row(30, 9_007_199_254_740_991)]);
  });

  test("outbox rows come back in order and as they were, until they are in the log", async () => {
    const { at, batch } = await claimed("outbox");
    const rows = [1, 2, 3].map((seq) => message(seq, `${at.task}-${seq}`));
    await store.commit(batch({ outbox: rows, outboxSeq: 3 }));
    expect(await store.outbox(at, 0, 2)).toEqual(rows.slice(0, 2));
    expect(await store.outbox(at, 2, 10)).toEqual(rows.slice(2));
    await store.commit(batch({ start: 10, end: 11, relayedSeq: 1, outboxSeq: 3 }));
    expect(await store.outbox(at, 0, 10)).toEqual(rows.slice(1));
    await store.relayed(at, 3);
    expect(await store.outbox(at, 0, 10)).toEqual([]);
  });

  test("a record id that was given before is refused, and the batch with it", async () => {
    const { at, batch } = await claimed("twice");
    await store.commit(batch({ outbox: [message(1, `${at.task}-same`)], outboxSeq: 1 }));
    const again = batch({ start: 10, end: 11, outbox: [message(2, `${at.task}-same`)], outboxSeq: 2 });
    await expect(store.commit(again)).rejects.toThrow();
    expect(await store.claim(at, "worker-2")).toMatchObject({ next: 10, outboxSeq: 1 });
  });

  test("parked records keep their bytes, are tried again on request, and go when that worked", async () => {
    const { at, batch } = await claimed("parked");
    await store.commit(batch({ parked: [parkedRow(4), parkedRow(5)] }));
    expect(await operate.parked(at.task)).toEqual(
      [parkedRow(4), parkedRow(5)].map((row) => ({
        ...{ ...row, ...at, wantsRetry: false, parkedAtMs: expect.any(Number) },
      })),
    );
    expect(await store.control(at)).toEqual({
      epoch: 1,
      owner: "worker-1",
      paused: false,
      hasRetries: false,
      resting: false,
    });
    expect(await operate.retryParked(at.task, { offsets: [4], partition: 2 })).toBe(0);
    expect(await operate.retryParked(at.task, { offsets: [4], partition: 3 })).toBe(1);
    expect(await store.control(at)).toEqual({
      epoch: 1,
      owner: "worker-1",
      paused: false,
      hasRetries: true,
      resting: false,
    });
    expect((await operate.parked(at.task)).map(({ wantsRetry }) => wantsRetry)).toEqual([true, false]);
    expect(await store.retries(at, 10)).toEqual([{ ...parkedRow(4), ...at }]);
    await store.commit(batch({ start: 10, end: 10, unparked: [4], parked: [parkedRow(4, "again")] }));
    expect((await operate.parked(at.task)).map(({ reason }) => reason)).toEqual(["again", "node failed"]);
    expect(await operate.retryParked(at.task, { offsets: "all" })).toBe(2);
    await store.commit(batch({ start: 10, end: 10, unparked: [4, 5] }));
    expect(await operate.parked(at.task)).toEqual([]);
  });

  test("operators pause a task, and rewind it: what it knew is forgotten and its workers are fenced", async () => {
    const { at, batch } = await claimed("rewind");
    await store.commit(batch({ state: [{ key: "a", value: "1" }], outboxSeq: 5, inbox: { "up/0": 3 } }));
    await operate.pause(at.task, true);
    expect(await store.control(at)).toMatchObject({ paused: true });
    await operate.rewind(at.task, { 3: 2 });
    expect(await store.commit(batch({ start: 10, end: 11 }))).toBe("fenced");
    expect(await store.claim(at, "worker-2")).toMatchObject({ next: 2, outboxSeq: 5, inbox: {} });
    expect(await store.state(at, ["a"])).toEqual([]);
    await expect(operate.rewind("no-such-task", { 0: 1 })).rejects.toThrow(/TENON1808 there is no task "no-such-task"/);
    await expect(operate.pause("no-such-task", true)).rejects.toThrow(/TENON1808/);
  });

  test("a rewind forgets what is counted before, keeps the outbox, and lets the same ids be sent again", async () => {
    const { at, batch } = await claimed("again");
    const windows = [{ sizeMs: 10, startMs: 40, key: "a", revision: -1, values: [1, { x: 1 }] }];
    const state = ["a", "b"].map((key) => ({ key, value: "1" }));
    const outbox = [message(1, `${at.task}-1`), message(2, `${at.task}-2`)];
    await store.commit(batch({ state, windows, outbox, outboxSeq: 2, parked: [parkedRow(1)] }));
    expect(await operate.holdings(at.task)).toEqual([
      { ...at, stateKeys: 2, windowRows: 1, parked: 1, outboxPending: 2 },
    ]);
    await operate.rewind(at.task, { 3: 0 });
    expect(await operate.holdings(at.task)).toEqual([
      { ...at, stateKeys: 0, windowRows: 0, parked: 0, outboxPending: 2 },
    ]);
    const { epoch } = await store.claim(at, "worker-2");
    await store.relayed(at, 2);
    const again = batch({ epoch, outbox: [message(3, `${at.task}-1`)], outboxSeq: 3 });
    expect(await store.commit(again)).toBe("committed");
    await expect(operate.holdings("no-such-task")).rejects.toThrow(/TENON1808/);
  });

  test("a worker says that it rests, for the pause and the claim in which it said so", async () => {
    const { at, epoch } = await claimed("rest");
    const resting = async () => (await store.control(at)).resting;
    await store.rest(at, epoch);
    expect(await resting(), "not paused").toBe(false);
    await operate.pause(at.task, true);
    await store.rest(at, epoch);
    expect(await resting()).toBe(true);
    await operate.pause(at.task, true);
    expect(await resting(), "asked again").toBe(false);
    const next = await store.claim(at, "worker-2");
    await store.rest(at, epoch);
    expect(await resting(), "an earlier owner").toBe(false);
    await store.rest(at, next.epoch);
    expect(await resting()).toBe(true);
    await operate.pause(at.task, false);
    expect(await resting()).toBe(false);
  });

  test("why a worker stopped is kept, and an earlier owner does not write over a later one", async () => {
    const { at, epoch } = await claimed("stop");
    const stopped = async () => (await operate.status()).find(({ task: name }) => name === at.task)?.stopped;
    expect(await stopped()).toBeUndefined();
    const facts = { code: "TENON1803", reason: 'said "no"', owner: "worker-1" };
    await store.noteStop(at, { kind: "failed", ...facts, epoch });
    const next = await store.claim(at, "worker-2");
    const halt = { kind: "halted", ...facts, epoch: next.epoch } as const;
    await store.noteStop(at, halt);
    await store.noteStop(at, { kind: "fenced", ...facts, code: "TENON1801", epoch });
    expect(await stopped()).toEqual({ ...halt, atMs: expect.any(Number) });
  });

  test("a task whose aggregates changed is refused by name", async () => {
    const { at } = await claimed("layout");
    await expect(store.prepare([{ name: at.task, source: "events", window: { clicks: "number" } }])).rejects.toThrow(
      new RegExp(`TENON1800 the aggregates of task "${at.task}"`),
    );
  });

  test("status tells epoch, offset, owner, outbox and parked records", async () => {
    const { at, batch } = await claimed("status");
    await store.commit(batch({ outbox: [message(1, `${at.task}-s`)], outboxSeq: 1, parked: [parkedRow(1)] }));
    const status = (await operate.status()).filter((each) => each.task === at.task);
    expect(status).toEqual([
      {
        ...at,
        ...{ source: "events", epoch: 1, next: 10, watermarkMs: 50, paused: false, resting: false, owner: "worker-1" },
        ...{ quietMs: expect.any(Number), outboxPending: 1, outboxAgeMs: expect.any(Number), parked: 1 },
        stopped: undefined,
      },
    ]);
    const [{ quietMs, outboxAgeMs } = { quietMs: -1, outboxAgeMs: -1 }] = status;
    expect([quietMs, outboxAgeMs].every((ms) => ms >= 0 && ms < 60_000)).toBe(true);
    expect(await store.times(at.task)).toMatchObject([{ partition: 3, watermarkMs: 50 }]);
  });
});

function sorted(rows: readonly { readonly startMs: number }[]) {
  return rows.toSorted((one, other) => one.startMs - other.startMs);
}
