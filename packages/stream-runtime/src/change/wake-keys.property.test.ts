/** O7: whoever's derived row a change alters is woken by it; and how many are woken for nothing. */
import { type ChangeBatch, type Key, versionOf } from "@tenon/storage-repo/api";
import { ModelRepo } from "@tenon/storage-repo/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { recompute, type Write, writeOf, writes } from "../../test/handler-histories.ts";
import { campaignSummary, ENTITIES, groupTerms } from "../../test/handler-world.ts";
import { readsOf } from "./handler.ts";
import { type WokenKeys, wokenKeys } from "./wake-keys.ts";

/** Rows that differ between two derivations, or are only in the later one. */
function changedKeys<Row extends { readonly key: string | number }>(before: readonly Row[], after: readonly Row[]) {
  const old = new Map(before.map((row) => [row.key, JSON.stringify(row)]));
  return after.filter((row) => old.get(row.key) !== JSON.stringify(row)).map(({ key }) => key);
}

/** Plays writes one by one: keys that were woken, and those whose derived row changed. */
async function wakes(all: readonly Write[], seen: (batch: ChangeBatch) => ChangeBatch = (batch) => batch) {
  const repo = new ModelRepo(ENTITIES, { nowMs: () => 0 });
  const reader = await repo.feed.open({ consumer: "shadow", from: "oldest" });
  const missed: string[] = [];
  let woken = 0;
  let needed = 0;
  for (const [index, step] of all.entries()) {
    await repo.tx((tx) => tx.write(writeOf(step, versionOf(0, index + 1))));
    const { batches } = await reader.pull({ batchesMax: 100, waitMs: 0 });
    const before = recompute(all.slice(0, index));
    const after = recompute(all.slice(0, index + 1));
    for (const [handler, changed] of [
      [groupTerms, changedKeys(before.groups, after.groups)],
      [campaignSummary, changedKeys(before.campaigns, after.campaigns)],
    ] as const) {
      const keys = await repo.read(readsOf(handler), async (snapshot) => {
        const found = new Set<Key>();
        for await (const { keys: page } of wokenKeys(handler, batches.map(seen), snapshot))
          for (const key of page) found.add(key);
        return found;
      });
      missed.push(...changed.filter((key) => !keys.has(key)).map((key) => `${index}: ${handler.name} ${key}`));
      woken += keys.size;
      needed += changed.length;
    }
  }
  await reader.close();
  return { missed, woken, needed };
}

test("every handler whose row a change alters is woken, and most are not woken in vain", async () => {
  const total = { woken: 0, needed: 0 };
  await fc.assert(
    fc.asyncProperty(writes, async (all) => {
      const { missed, woken, needed } = await wakes(all);
      expect(missed).toEqual([]);
      total.woken += woken;
      total.needed += needed;
    }),
    { numRuns: 100 },
  );
  // Precision. Deleted rows and capped bids are woken for nothing: histories of few small values have many of them.
  expect(total.needed / total.woken).toBeGreaterThan(0.3);
});

const MOVE: readonly Write[] = [
  { kind: "campaign", key: "red", budgetMicros: 1 },
  { kind: "campaign", key: "blue", budgetMicros: 1 },
  { kind: "group", key: 1, bidMicros: 1, campaignId: "red" },
  { kind: "group", key: 1, bidMicros: 1, campaignId: "blue" },
];

test("planted: a mapping evaluated on the new parent only leaves the old one as it was, and is noticed", async () => {
  expect((await wakes(MOVE)).missed).toEqual([]);
  const newOnly = (batch: ChangeBatch): ChangeBatch => ({
    ...batch,
    changes: batch.changes.map(({ mappingBefore: _, ...change }) => change),
  });
  expect((await wakes(MOVE, newOnly)).missed).toEqual(["3: campaign-summary red"]);
});

/** What a batch of writes wakes of `group-terms`, page by page. */
async function termsWokenBy(
  before: readonly Write[],
  changes: readonly Write[],
  isHandedOn: () => boolean = () => false,
): Promise<readonly WokenKeys[]> {
  const repo = new ModelRepo(ENTITIES, { nowMs: () => 0 });
  const reader = await repo.feed.open({ consumer: "shadow", from: "oldest" });
  const play = (all: readonly Write[], first: number) =>
    Promise.all(all.map((step, index) => repo.tx((tx) => tx.write(writeOf(step, versionOf(0, first + index))))));
  await play(before, 1);
  await reader.pull({ batchesMax: 1_000, waitMs: 0 });
  await play(changes, 1 + before.length);
  const { batches } = await reader.pull({ batchesMax: 1_000, waitMs: 0 });
  await reader.close();
  return repo.read(readsOf(groupTerms), async (snapshot) => {
    const woken: WokenKeys[] = [];
    for await (const page of wokenKeys(groupTerms, batches, snapshot, { isHandedOn })) woken.push(page);
    return woken;
  });
}

const groupsOf = (campaignId: string, first: number, count: number) =>
  Array.from({ length: count }, (_, index): Write => {
    return { kind: "group", key: first + index, bidMicros: 1, campaignId };
  });

test("of what was handed on the changed rows themselves are left out, and the rows below them are not", async () => {
  const before: readonly Write[] = [{ kind: "campaign", key: "red", budgetMicros: 1 }, ...groupsOf("red", 1, 2)];
  const changes: readonly Write[] = [
    { kind: "campaign", key: "red", budgetMicros: 2 },
    { kind: "group", key: 3, bidMicros: 1, campaignId: "blue" },
  ];
  const woken = async (isHandedOn: boolean) =>
    (await termsWokenBy(before, changes, () => isHandedOn)).flatMap(({ keys }) => keys);
  expect(await woken(false)).toEqual([3, 1, 2]);
  expect(await woken(true)).toEqual([1, 2]);
});

test("many rows below few that changed are wide; as many below as many are not", async () => {
  const campaigns = ["red", "green", "blue"];
  const budgets = (budgetMicros: number): readonly Write[] =>
    campaigns.map((key) => ({ kind: "campaign", key, budgetMicros }));
  const isWide = async (groups: number) => {
    const before = [...budgets(1), ...campaigns.flatMap((key, index) => groupsOf(key, 100 * index, groups))];
    const woken = await termsWokenBy(before, budgets(2));
    expect(woken.map(({ keys }) => keys.length)).toEqual([3 * groups]);
    return woken[0]?.isWide;
  };
  expect(await isWide(16)).toBe(false);
  expect(await isWide(17)).toBe(true);
  expect((await termsWokenBy([], groupsOf("red", 1, 50)))[0]?.isWide).toBe(false);
});
