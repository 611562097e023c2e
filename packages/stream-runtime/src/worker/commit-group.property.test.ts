/** Batches of several partitions that commit together leave what they would have left one by one. */
import { VirtualClock } from "@tenon/event-log/simulation";
import { GraphError, systemClock } from "@tenon/graph-core";
import { testDatabase } from "@tenon/postgres/testing";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PostgresTaskStore } from "../store/postgres/postgres-task-store.ts";
import type { BatchCommit, CommitOutcome, TaskStore } from "../store/task-store.ts";
import { CommitGroup } from "./commit-group.ts";

const { database, drop } = await testDatabase({ connectionsMax: 12 });
afterAll(drop);
beforeAll(() => database.execute("create table written (task text, partition int, value text)"));

const PARTITIONS = 4;
const WINDOW = { clicks: "number" } as const;
const MAX = { records: 100, bytes: 100_000 };

/** What goes wrong with a batch: its partition was taken over, the database refuses one of its messages, the repository its rows. */
type Trouble = "none" | "takenOver" | "messageRefused" | "rowsRefused";

interface Drawn {
  readonly partition: number;
  readonly records: number;
  readonly keys: readonly string[];
  readonly forgets: boolean;
  readonly messages: number;
  readonly parks: boolean;
  readonly writes: boolean;
  readonly drops: boolean;
  readonly trouble: Trouble;
}

const drawn = fc.record({
  partition: fc.nat(PARTITIONS - 1),
  records: fc.integer({ min: 0, max: 30 }),
  keys: fc.uniqueArray(fc.constantFrom("a", "b", 'c"', "d\\"), { maxLength: 3 }),
  forgets: fc.boolean(),
  messages: fc.nat(3),
  parks: fc.boolean(),
  writes: fc.boolean(),
  drops: fc.boolean(),
  trouble: fc.oneof(
    { weight: 9, arbitrary: fc.constant<Trouble>("none") },
    { weight: 2, arbitrary: fc.constantFrom<Trouble>("takenOver", "messageRefused", "rowsRefused") },
  ),
});
/** Rounds: batches of a round are ready at once, each of another partition. */
const history = fc.array(fc.uniqueArray(drawn, { selector: ({ partition }) => partition, maxLength: PARTITIONS }), {
  minLength: 1,
  maxLength: 5,
});

let tasks = 0;

/** One task with its partitions, and what its owner knows of them. */
async function world(together: boolean) {
  const task = `grouped-${++tasks}`;
  const groups: number[] = [];
  const store = new PostgresTaskStore({
    database,
    write: async (tx, rows) => {
      for (const row of rows as readonly { partition: number; value: string }[]) {
        if (row.value === "refused") throw new Error("rows refused");
        await tx.execute("insert into written values ($1, $2, $3)", [task, row.partition, row.value]);
      }
    },
  });
  const { commitTogether } = store;
  store.commitTogether = async (batches) => {
    const outcome = await commitTogether.call(store, batches);
    if (outcome === "committed") groups.push(batches.length);
    return outcome;
  };
  await store.prepare([{ name: task, source: "events", window: WINDOW }]);
  const commits = new CommitGroup(store, systemClock, MAX);
  const known = new Map<number, { epoch: number; next: number; seq: number }>();
  const claim = async (partition: number) => {
    const { epoch, next = 0, outboxSeq } = await store.claim({ task, partition }, "owner");
    known.set(partition, { epoch, next, seq: outboxSeq });
  };
  for (let partition = 0; partition < PARTITIONS; partition++) await claim(partition);
  const commit = async (round: number, each: Drawn): Promise<string> => {
    const at = known.get(each.partition) as { epoch: number; next: number; seq: number };
    const batch = batchOf(task, round, each, at);
    const ended = together ? commits.commit(batch, { records: each.records, bytes: 10 }) : store.commit(batch);
    const outcome = await ended.catch((error: Error) => error.message.replaceAll(task, "task"));
    if (outcome === "committed") known.set(each.partition, { ...at, next: batch.end, seq: batch.outboxSeq });
    return outcome;
  };
  const play = async (rounds: readonly (readonly Drawn[])[]) => {
    const outcomes: string[][] = [];
    for (const [index, round] of rounds.entries()) {
      for (const { partition, trouble } of round)
        if (trouble === "takenOver") await store.claim({ task, partition }, "other");
      const ended: string[] = [];
      if (together) ended.push(...(await Promise.all(round.map((each) => commit(index, each)))));
      else for (const each of round) ended.push(await commit(index, each));
      for (const [nth, { partition }] of round.entries()) if (ended[nth] !== "committed") await claim(partition);
      outcomes.push(ended);
    }
    return outcomes;
  };
  return { play, groups, left: () => leftOf(task) };
}

function batchOf(
  task: string,
  round: number,
  each: Drawn,
  { epoch, next, seq }: { readonly epoch: number; readonly next: number; readonly seq: number },
): BatchCommit {
  const { partition, records, keys, forgets, messages, parks, writes, drops, trouble } = each;
  const ids = Array.from({ length: messages }, (_, index) => `${task}/${partition}/${round}/${index}`);
  if (trouble === "messageRefused") ids.push(`${task}/${partition}/twice`, `${task}/${partition}/twice`);
  const values = [...(writes ? [`round ${round}`] : []), ...(trouble === "rowsRefused" ? ["refused"] : [])];
  const bytes = new TextEncoder().encode("not json \u0001");
  const row = { topic: "t", key: "k", timeMs: 5, headers: { a: 'b"' }, value: bytes };
  return {
    ...{ task, partition, epoch, start: next, end: next + records, watermarkMs: round * 10 },
    ...{ outboxSeq: seq + ids.length, inbox: messages > 1 ? { [`up/${partition}`]: round } : undefined },
    state: keys.map((key, index) => ({ key, value: forgets && index === 0 ? null : JSON.stringify({ round }) })),
    windows: keys.map((key) => ({
      ...{ sizeMs: 10, startMs: round * 10, key: `${partition}/${key}`, revision: round, values: [round] },
    })),
    dropWindowsEndedBeforeMs: drops ? round * 10 - 10 : undefined,
    outbox: ids.map((recordId, index) => ({ ...row, seq: seq + index + 1, partition: 0, recordId })),
    relayedSeq: Math.max(0, seq - 1),
    parked: parks
      ? [{ ...row, offset: next + 1, code: "C", reason: `round ${round}`, owner: "o", inputDigest: undefined }]
      : [],
    unparked: [1, 2],
    writes: values.map((value) => ({ partition, value })),
    lane: "high",
  };
}

const SHOWN = [
  "select partition, epoch, next, watermark_ms, outbox_seq, inbox from stream_offset where task = $1",
  "select partition, key, value::text from stream_state where task = $1",
  "select partition, seq, key, headers::text, value, replace(record_id, $1, '') from stream_outbox where task = $1",
  "select partition, at_offset, reason from stream_parked where task = $1",
  "select partition, value from written where task = $1",
];

async function leftOf(task: string): Promise<unknown> {
  const queries = [
    ...SHOWN.map((text) => database.query<object>(`${text} order by 1, 2`, [task])),
    database.query<object>(
      `select partition, key, start_ms, revision, clicks from stream_window_${task.replaceAll("-", "_")} order by 1, 2, 3`,
    ),
  ];
  return (await Promise.all(queries)).map((rows) => rows.map((row) => Object.values(row)));
}

test("whatever is taken over or refused, batches together leave what each by itself would leave", async () => {
  let largest = 0;
  await fc.assert(
    fc.asyncProperty(history, async (rounds) => {
      const [alone, together] = [await world(false), await world(true)];
      expect(await together.play(rounds)).toEqual(await alone.play(rounds));
      expect(await together.left()).toEqual(await alone.left());
      largest = Math.max(largest, ...together.groups);
    }),
    { numRuns: 25 },
  );
  expect(largest).toBe(PARTITIONS);
}, 120_000);

test("two owners that each believe they have all partitions: each batch is committed by one of them", async () => {
  const task = "two-owners";
  const store = new PostgresTaskStore({ database });
  await store.prepare([{ name: task, source: "events", window: undefined }]);
  const partitions = Array.from({ length: 12 }, (_, partition) => partition);
  const each = { records: 1, keys: ["a"], forgets: false, messages: 1, parks: false, writes: false, drops: false };
  const batchesOf = (round: number, epochs: readonly number[]) =>
    partitions.map((partition) => ({
      ...batchOf(
        task,
        round,
        { ...each, partition, trouble: "none" },
        { epoch: epochs[partition] ?? 0, next: round, seq: round },
      ),
      windows: [],
    }));
  for (let round = 0; round < 8; round++) {
    const epochs = await Promise.all(
      partitions.map(async (partition) => (await store.claim({ task, partition }, "o")).epoch),
    );
    const owners = [batchesOf(round, epochs), batchesOf(round, epochs).reverse()].map((batches) => {
      const commits = new CommitGroup(store, systemClock, MAX);
      return Promise.all(batches.map((batch) => commits.commit(batch, { records: 1, bytes: 1 }).catch(String)));
    });
    const [one = [], other = []] = await Promise.all(owners);
    const committed = partitions.map((partition) => [one[partition], other.at(-1 - partition)].sort());
    expect(committed).toEqual(partitions.map(() => ["committed", "fenced"]));
  }
});

/** A store whose commits end when they are told to. */
function byHand() {
  const clock = new VirtualClock(0);
  const out: {
    readonly partitions: readonly number[];
    readonly end: (outcome: CommitOutcome) => void;
    readonly fail: (error: Error) => void;
  }[] = [];
  const commitTogether = (batches: readonly BatchCommit[]) => {
    const { promise, resolve, reject } = Promise.withResolvers<CommitOutcome>();
    out.push({ partitions: batches.map(({ partition }) => partition), end: resolve, fail: reject });
    return promise;
  };
  const store: Pick<TaskStore, "commit" | "commitTogether"> = {
    commitTogether,
    commit: (batch) => commitTogether([batch]),
  };
  const commits = new CommitGroup(store, clock, { records: 10, bytes: 1_000 });
  const ended: string[] = [];
  const commit = (partition: number, records = 1) =>
    void commits.commit({ partition } as BatchCommit, { records, bytes: 1 }).then(
      (outcome) => ended.push(`${partition} ${outcome}`),
      (error: Error) => ended.push(`${partition} ${error.message}`),
    );
  return { clock, out, commit, ended, asked: () => out.map(({ partitions }) => partitions) };
}

test("what is ready while a commit is out goes together at its end, within the bounds of one batch", async () => {
  const { clock, out, commit, asked, ended } = byHand();
  commit(0);
  await clock.runFor(0);
  for (const partition of [1, 2, 3]) commit(partition, 4);
  await clock.runFor(10);
  expect(asked()).toEqual([[0]]);
  out[0]?.end("committed");
  await clock.runFor(0);
  expect(asked()).toEqual([[0], [1, 2], [3]]);
  for (const each of out) each.end("committed");
  await clock.runFor(0);
  expect(ended).toHaveLength(4);
});

test("a large batch waits for nobody, and others wait for a commit that hangs no longer than their patience", async () => {
  const { clock, commit, asked } = byHand();
  commit(0);
  await clock.runFor(0);
  commit(1, 6);
  expect(asked()).toEqual([[0], [1]]);
  commit(2);
  await clock.runFor(249);
  expect(asked()).toHaveLength(2);
  await clock.runFor(2);
  expect(asked()).toEqual([[0], [1], [2]]);
});

test("of a commit without an answer nothing is tried again; of one that is refused, each by itself", async () => {
  for (const [code, tries] of [
    ["TENON1503", []],
    ["TENON1501", [[0], [1]]],
  ] as const) {
    const { clock, out, commit, asked, ended } = byHand();
    for (const partition of [0, 1]) commit(partition);
    await clock.runFor(0);
    out[0]?.fail(new GraphError("no", { code, category: "resource" }));
    await clock.runFor(0);
    expect(asked().slice(1)).toEqual(tries);
    expect(ended).toHaveLength(tries.length === 0 ? 2 : 0);
  }
});
