/** O7 over a way up of three steps: whoever a change concerns is woken, whatever the size of a page. */
import { VirtualClock } from "@tenon/event-log/simulation";
import { type ChangeBatch, type Key, type Snapshot, versionOf } from "@tenon/storage-repo/api";
import { ModelRepo, type ModelTransaction } from "@tenon/storage-repo/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { labelsOf, type TreeWrite, treeWriteOf, treeWrites } from "../../test/tree-histories.ts";
import { adLabels, LabelRead, TREE } from "../../test/tree-world.ts";
import { readsOf } from "./handler.ts";
import { MemoryWorkStore } from "./memory-work-store.ts";
import { runHandlers } from "./run-handlers.ts";
import { WAKE_PAGES, type WakePages, wokenKeys } from "./wake-keys.ts";

interface Plant {
  readonly pages?: WakePages;
  readonly handler?: typeof adLabels;
  readonly batch?: (batch: ChangeBatch) => ChangeBatch;
  readonly snapshot?: (snapshot: Snapshot) => Snapshot;
}

/** Plays writes one by one. Ads whose label changed and that nobody woke; and how large the pages were. */
async function wakes(all: readonly TreeWrite[], plant: Plant = {}) {
  const {
    pages = WAKE_PAGES,
    handler = adLabels,
    batch: seen = (each) => each,
    snapshot: read = (each) => each,
  } = plant;
  const repo = new ModelRepo(TREE, { nowMs: () => 0 });
  const reader = await repo.feed.open({ consumer: "shadow", from: "oldest" });
  const missed: string[] = [];
  const sizes: number[] = [];
  for (const [index, write] of all.entries()) {
    await repo.tx((tx) => tx.write(treeWriteOf(write, versionOf(0, index + 1))));
    const { batches } = await reader.pull({ batchesMax: 100, waitMs: 0 });
    const woken = new Set<Key>();
    await repo.read(readsOf(adLabels), async (snapshot) => {
      for await (const { keys: page } of wokenKeys(handler, batches.map(seen), read(snapshot), { pages })) {
        sizes.push(page.length);
        for (const key of page) woken.add(key);
      }
    });
    const before = labelsOf(all.slice(0, index));
    for (const [key, label] of labelsOf(all.slice(0, index + 1))) {
      if (before.get(key) !== label && !woken.has(key)) missed.push(`${index}: ${key}`);
    }
  }
  await reader.close();
  return { missed, sizes };
}

const smallPages = fc.record({ valuesMax: fc.integer({ min: 1, max: 3 }), keysMax: fc.integer({ min: 1, max: 3 }) });

test("whoever's label a change alters, at whatever height, is woken, in pages of any size", async () => {
  await fc.assert(
    fc.asyncProperty(treeWrites, smallPages, async (all, pages) => {
      const { missed, sizes } = await wakes(all, { pages });
      expect(missed).toEqual([]);
      expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(pages.keysMax);
    }),
    { numRuns: 150 },
  );
});

/** Three ads under one advertiser, and then something changes high up. */
const GROWN: readonly TreeWrite[] = [
  { kind: "advertiser", key: 1, brand: 1 },
  { kind: "advertiser", key: 2, brand: 2 },
  { kind: "campaign", key: 1, budget: 1, advertiserId: 1 },
  { kind: "group", key: "g1", bid: 1, campaignId: 1 },
  { kind: "group", key: "g2", bid: 1, campaignId: 1 },
  ...[1, 2, 3].map((key): TreeWrite => ({ kind: "ad", key, creative: 1, groupId: `g${1 + (key % 2)}` })),
];
const REBRANDED: readonly TreeWrite[] = [...GROWN, { kind: "advertiser", key: 1, brand: 3 }];
const MOVED: readonly TreeWrite[] = [...GROWN, { kind: "campaign", key: 1, budget: 1, advertiserId: 2 }];
const ONE_AT_A_TIME = { valuesMax: 1, keysMax: 1 };

test("planted: a page that is forgotten leaves ads as they were, and is noticed", async () => {
  expect((await wakes(REBRANDED, { pages: ONE_AT_A_TIME })).missed).toEqual([]);
  const firstPage = (snapshot: Snapshot): Snapshot => ({
    ...snapshot,
    keysBy: async (read, column, values, page) =>
      page.after === undefined ? snapshot.keysBy(read, column, values, page) : [],
  });
  expect((await wakes(REBRANDED, { pages: ONE_AT_A_TIME, snapshot: firstPage })).missed).not.toEqual([]);
});

test("planted: the last step of a way up left out wakes nobody for what is above it, and is noticed", async () => {
  expect((await wakes(REBRANDED)).missed).toEqual([]);
  const shorter = { ...adLabels, inputs: adLabels.inputs.slice(0, 3) };
  expect((await wakes(REBRANDED, { handler: shorter })).missed).toEqual(["8: 1", "8: 2", "8: 3"]);
});

test("planted: a way up followed as it was before a row in its middle moved, and is noticed", async () => {
  expect((await wakes(MOVED)).missed).toEqual([]);
  // Only what is still where it was: the column that is followed is taken out of what the change says.
  const sameWay = (batch: ChangeBatch): ChangeBatch => ({
    ...batch,
    changes: batch.changes.map((change) => (change.kind === "update" ? { ...change, mask: 0 } : change)),
  });
  expect((await wakes(MOVED, { batch: sameWay })).missed).toEqual(["8: 1", "8: 2", "8: 3"]);
});

test("many keys above and below, in any order of changes: what is derived is what a recomputation gives", async () => {
  await fc.assert(
    fc.asyncProperty(treeWrites, fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 6 }), async (all, pauses) => {
      const clock = new VirtualClock();
      const repo = new ModelRepo(TREE, { nowMs: clock.nowMs });
      const store = new MemoryWorkStore<ModelTransaction>((work, options) => repo.transaction(work, options), clock);
      const running = await runHandlers({
        ...{ handlers: [{ ...adLabels, sinks: {} }], repo, feed: repo.feed, cursors: repo.cursors, store, clock },
        ...{ consumer: "labels", owner: "process", checkedShare: 1 },
      });
      for (const [index, write] of all.entries()) {
        await repo.tx((tx) => tx.write(treeWriteOf(write, versionOf(0, index + 1))));
        if (pauses.includes(index)) await clock.runFor(30);
      }
      await clock.runFor(500);
      for (let round = 0; round < 100 && (await store.status()).length > 0; round++) await clock.runFor(100);
      const stopping = running.stop();
      await clock.runFor(1_000);
      await stopping;
      const rows = await repo.read([LabelRead], (snapshot) => snapshot.page(LabelRead, { rowsMax: 100 }));
      expect(new Map(rows.map(({ key, columns }) => [key, columns.label]))).toEqual(labelsOf(all));
    }),
    { numRuns: 60 },
  );
});
