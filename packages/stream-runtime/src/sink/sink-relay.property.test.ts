/** Whatever the log and the processes do: committed messages reach the log, in order, and no others; and a full outbox is felt. */

import type { EventLog } from "@tenon/event-log/api";
import { SimulatedCluster, VirtualClock } from "@tenon/event-log/simulation";
import { versionOf } from "@tenon/storage-repo/api";
import { ModelRepo, type ModelTransaction } from "@tenon/storage-repo/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { labelsOf, type TreeWrite, treeWriteOf, treeWrites } from "../../test/tree-histories.ts";
import { adLabels, LabelRead, Labels, TREE } from "../../test/tree-world.ts";
import type { Handler } from "../change/handler.ts";
import { MemoryWorkStore } from "../change/memory-work-store.ts";
import { type RunHandlersOptions, type RunningHandlers, runHandlers } from "../change/run-handlers.ts";
import type { SinkMessage } from "./sink-outbox.ts";

async function world(appendFailure = 0, seed = 1) {
  const clock = new VirtualClock();
  const cluster = new SimulatedCluster({ seed, clock, faults: { appendFailure } });
  const log = cluster.open() as unknown as EventLog;
  await log.createTopics([Labels]);
  const repo = new ModelRepo(TREE, { nowMs: clock.nowMs });
  const store = new MemoryWorkStore<ModelTransaction>((work, options) => repo.transaction(work, options), clock);
  const committed: SinkMessage[] = [];
  const add = store.sinks.add.bind(store.sinks);
  store.sinks.add = async (tx, messages) => {
    await add(tx, messages);
    tx.onCommit(() => void committed.push(...messages));
  };
  let version = 0;
  const running: RunningHandlers[] = [];
  return {
    ...{ clock, log, store, committed, running },
    start: async (
      changes: Partial<RunHandlersOptions<ModelTransaction>> = {},
      handlers: readonly Handler[] = [adLabels],
    ) => {
      const started = await runHandlers({
        ...{ handlers, repo, feed: repo.feed, cursors: repo.cursors, store, clock, log },
        ...{ consumer: "labels", owner: `process ${running.length}`, checkedShare: 1 },
        ...changes,
      });
      running.push(started);
      return started;
    },
    play: (write: TreeWrite) => repo.tx((tx) => tx.write(treeWriteOf(write, versionOf(0, ++version)))),
    labels: async () => {
      const rows = await repo.read([LabelRead], (snapshot) => snapshot.page(LabelRead, { rowsMax: 100 }));
      return new Map(rows.map(({ key, columns }) => [key, columns.label]));
    },
    stop: async () => {
      const stopping = Promise.all(running.map((each) => each.stop()));
      await clock.runFor(2_000);
      await stopping;
    },
    sent: async () => {
      const partitions = Array.from({ length: Labels.partitions }, async (_, partition) => {
        const reader = await log.read({ topic: Labels.name, partition, fromOffset: 0 });
        const pulling = reader.pull({ recordsMax: 10_000, bytesMax: 1e8, waitMs: 0 });
        await clock.runFor(100);
        return pulling;
      });
      const records: Awaited<(typeof partitions)[number]>[number][] = [];
      for (const each of partitions) records.push(...(await each));
      return records;
    },
  };
}

const idOf = ({ headers }: Pick<SinkMessage, "headers">) => headers["tenon-id"] as string;
const textOf = ({ key, value }: Pick<SinkMessage, "key" | "value">) => `${key} ${Buffer.from(value).toString()}`;

test("a log that fails in any append, and processes that come and go: at least once, in order, nothing else", async () => {
  const comings = fc.array(fc.record({ after: fc.nat({ max: 39 }), ms: fc.integer({ min: 0, max: 400 }) }), {
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(
      treeWrites,
      comings,
      fc.double({ min: 0, max: 0.5, noNaN: true }),
      fc.nat(),
      async (all, come, chance, seed) => {
        const at = await world(chance, seed);
        const relay = { rowsMax: 3, bytesMax: 1_000 };
        await at.start({ relay });
        for (const [index, write] of all.entries()) {
          await at.play(write);
          for (const { ms } of come.filter(({ after }) => after === index)) {
            await at.clock.runFor(ms);
            await at.start({ relay });
          }
        }
        await at.clock.runFor(5_000);
        for (let round = 0; round < 200 && (await at.store.sinks.waiting(1)) > 0; round++) await at.clock.runFor(500);
        await at.stop();
        expect(await at.store.sinks.waiting(1)).toBe(0);
        expect(await at.labels()).toEqual(labelsOf(all));
        const sent = await at.sent();
        const contents = new Map(at.committed.map((each) => [idOf(each), textOf(each)]));
        expect(contents.size).toBe(at.committed.length);
        for (const record of sent) expect(textOf(record)).toBe(contents.get(idOf(record)));
        const byKey = Map.groupBy([...new Map(sent.map((each) => [idOf(each), each])).values()], ({ key }) => key);
        for (const [key, records] of byKey) {
          const inOrder = at.committed.filter((each) => each.key === key).map(idOf);
          expect(records.map(idOf)).toEqual(inOrder);
        }
        expect(new Set(sent.map(idOf)).size).toBe(contents.size);
      },
    ),
    { numRuns: 60 },
  );
});

const AD: TreeWrite = { kind: "ad", key: 1, creative: 1, groupId: "g1" };

test("while the log is away handlers commit up to the bound of the outbox, then wait, then go on", async () => {
  const at = await world();
  let isAway = true;
  const append: EventLog["append"] = (records) =>
    isAway ? Promise.reject(new Error("the log is away")) : at.log.append(records);
  const troubles: string[] = [];
  const log = new Proxy(at.log, {
    get: (target, name) => (name === "append" ? append : Reflect.get(target, name).bind(target)),
  });
  const running = await at.start({ log, outboxWaitingMax: 3, onTrouble: (_, error) => troubles.push(error.message) });
  for (let creative = 1; creative <= 8; creative++) {
    await at.play({ ...AD, creative });
    await at.clock.runFor(1_000);
  }
  expect(at.committed).toHaveLength(3);
  expect(await at.store.status()).toMatchObject([{ handler: "ad-labels", waiting: 1 }]);
  expect(troubles[0]).toMatch(/^TENON1806 messages of handlers cannot be appended to labels/);
  await at.clock.runFor(6_000);
  const full = running.metricsText();
  expect(full).toContain("tenon_handler_outbox_full 1\n");
  expect(full).toContain('tenon_handler_outbox_waiting{topic="labels"} 3\n');
  expect(full).toMatch(/tenon_handler_outbox_oldest_ms\{topic="labels"\} 1\d{4}\n/);
  expect(full).toContain('tenon_handler_work_waiting{handler="ad-labels",lane="high"} 1\n');
  expect(full).toContain('tenon_handler_runs_total{handler="ad-labels",outcome="done"} 3\n');
  isAway = false;
  await at.clock.runFor(8_000);
  expect(await at.labels()).toEqual(new Map([[1, "8/none/none/none"]]));
  expect((await at.sent()).map(idOf)).toEqual(at.committed.map(idOf));
  const open = running.metricsText();
  expect(open).toContain("tenon_handler_outbox_full 0\n");
  expect(open).toContain('tenon_handler_messages_sent_total{topic="labels"} 4\n');
  expect(open).toContain('tenon_handler_run_ms_count{handler="ad-labels"} 4\n');
  expect(open).toContain('tenon_handler_run_ms_bucket{handler="ad-labels",le="+Inf"} 4\n');
  await at.stop();
});

test("what the topic could not read again, or no log could hold, is put aside with its reason, and nothing of its run is kept", async () => {
  const at = await world();
  const unfit = { ...Labels, record: () => Labels.record({ key: "k", timeMs: 0, value: { adId: "no" } as never }) };
  await at.start({ checkedShare: 0 }, [{ ...adLabels, sinks: { labelMessages: unfit as never } }]);
  await at.play(AD);
  await at.clock.runFor(2_000);
  expect(await at.store.parked()).toMatchObject([{ key: 1, code: "TENON1551" }]);
  expect(await at.labels()).toEqual(new Map([[1, null]]));
  expect(at.committed).toEqual([]);
  await at.stop();
});
