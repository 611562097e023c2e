/** Work that is handed on: what follows from a run is neither lost nor done twice, whatever fails and whoever else is at work. */
import type { EventLog } from "@tenon/event-log/api";
import { SimulatedCluster, VirtualClock } from "@tenon/event-log/simulation";
import { versionOf } from "@tenon/storage-repo/api";
import { ModelRepo, type ModelTransaction } from "@tenon/storage-repo/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { labelsShown, SHOWN_TREE, ShownRead, shownOf } from "../../test/shown-world.ts";
import { labelsOf, type TreeWrite, treeWriteOf, treeWrites } from "../../test/tree-histories.ts";
import { adLabels, Labels } from "../../test/tree-world.ts";
import { MemoryWorkStore } from "./memory-work-store.ts";
import { runHandlers } from "./run-handlers.ts";
import type { NewWork } from "./work-store.ts";

interface Trouble {
  readonly chance: number;
  readonly processes: number;
}

async function play(all: readonly TreeWrite[], { chance, processes }: Trouble = { chance: 0, processes: 1 }) {
  const clock = new VirtualClock();
  let draws = 0;
  let isFaulty = true;
  const fails = () => isFaulty && (draws++ * 7919) % 100 < chance * 100;
  const repo = new ModelRepo(SHOWN_TREE, {
    nowMs: clock.nowMs,
    faults: {
      beforeCommit: () => (fails() ? new Error("the connection was lost") : undefined),
      afterCommit: () => (fails() ? new Error("the outcome is unknown") : undefined),
    },
  });
  const log = new SimulatedCluster({ seed: 1, clock, faults: {} }).open() as unknown as EventLog;
  await log.createTopics([Labels]);
  const store = new MemoryWorkStore<ModelTransaction>((work, options) => repo.transaction(work, options), clock);
  /** What the pump adds, and what runs hand on. */
  const added: NewWork[] = [];
  const handedOn: NewWork[] = [];
  const [add, handOn] = [store.add.bind(store), store.handOn.bind(store)];
  store.add = (tx, work) => add(tx, work).then(() => tx.onCommit(() => void added.push(...work)));
  store.handOn = async (tx, work, options) => {
    tx.onCommit(() => void handedOn.push(...work));
    return handOn(tx, work, options);
  };
  const running = await Promise.all(
    Array.from({ length: processes }, (_, index) =>
      runHandlers({
        ...{ handlers: [adLabels, labelsShown], log, repo, feed: repo.feed, cursors: repo.cursors, store, clock },
        ...{ consumer: "labels", owner: `process ${index}`, checkedShare: 1, leaseMs: 1_000 },
      }),
    ),
  );
  let version = 0;
  for (const write of all) {
    const writes = treeWriteOf(write, versionOf(0, ++version));
    const isWritten = () =>
      repo
        .tx((tx) => tx.write(writes))
        .then(
          () => true,
          () => false,
        );
    while (!(await isWritten()));
    if (version % 5 === 0) await clock.runFor(7);
  }
  isFaulty = false;
  await clock.runFor(1_500);
  for (let round = 0; round < 400 && (await store.status()).length > 0; round++) await clock.runFor(100);
  await clock.runFor(300);
  const stopping = Promise.all(running.map((each) => each.stop()));
  await clock.runFor(3_000);
  await stopping;
  const shown = await repo.read([ShownRead], (snapshot) => snapshot.page(ShownRead, { rowsMax: 100 }));
  return {
    ...{ added, handedOn, left: await store.status() },
    shown: new Map(shown.map(({ key, columns }) => [key, columns.text])),
    lost: running.reduce((sum, { counts }) => sum + (counts.get("labels-shown")?.lost ?? 0), 0),
  };
}

test("whatever changes, fails, and however many processes work: what is shown of every ad is its last label", async () => {
  const troubles = fc.record({
    chance: fc.constantFrom(0, 0.1, 0.3),
    processes: fc.integer({ min: 1, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(treeWrites, troubles, async (all, trouble) => {
      const { shown, left } = await play(all, trouble);
      expect(left).toEqual([]);
      for (const [key, label] of labelsOf(all)) expect(shown.get(key)).toBe(shownOf(label));
    }),
    { numRuns: 120 },
  );
});

test("what a run has handed on the pump adds no more", async () => {
  const all: readonly TreeWrite[] = [
    { kind: "ad", key: 1, creative: 1, groupId: "g1" },
    { kind: "group", key: "g1", bid: 2, campaignId: null },
  ];
  const { added, handedOn, shown } = await play(all);
  expect(shown.get(1)).toBe(shownOf("1/2/none/none"));
  expect(new Set(handedOn.map((work) => work.handler))).toEqual(new Set(["labels-shown"]));
  // The ad's insert concerns every reader of its row, and nobody had handed that on.
  expect(added.filter((work) => work.handler === "labels-shown" && work.upTo > 1n)).toEqual([]);
});
