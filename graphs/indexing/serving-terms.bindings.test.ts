/** The same handler over the model and over Postgres, with the feed polled and through a slot, leaves the same rows. */
import { setTimeout as pause } from "node:timers/promises";
import { SeededRandom, VirtualClock } from "@tenon/event-log/simulation";
import { type HostClock, systemClock } from "@tenon/graph-core";
import { AdGroupRow, CampaignRow } from "@tenon/nodes";
import { openReplication } from "@tenon/postgres/replication";
import { testDatabase } from "@tenon/postgres/testing";
import {
  openRepo,
  PostgresCursors,
  PostgresFeed,
  type Repo,
  read,
  versionOf,
  type WriteSet,
  WriteSetBuilder,
} from "@tenon/storage-repo";
import { ModelRepo, type ModelTransaction } from "@tenon/storage-repo/model";
import { MemoryWorkStore, PostgresWorkStore, type RunHandlersOptions, runHandlers } from "@tenon/stream-runtime";
import { expect, test } from "vitest";
import { servingTermsHandler } from "./serving-terms.handler.ts";

const ENTITIES = [CampaignRow, AdGroupRow];
const GroupRead = read(AdGroupRow, ["status", "campaignId", "servable", "chargeMaxMicros"]);
const CAMPAIGN = {
  ...{ advertiserId: 1, name: "A campaign", brand: "A brand", category: "brands/shop", objective: "clicks" as const },
  ...{ startAtMs: 0, endAtMs: null, frequencyCaps: [] },
};
const NO_DAILY_CAP = { dailyCapMicros: null, overdeliveryRatioMax: null, pacing: "even" as const };
const CAMPAIGNS = 5;
const GROUPS = 20;
const CHANGES = 120;
const SETTLE_MAX_MS = 30_000;
const LOOK_MS = 50;

/** Edits of an advertiser's day: budgets, pauses, bids, groups that move or go. */
function edits(seed: number): readonly WriteSet[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: CHANGES }, (_, index) => {
    const version = versionOf(0, index + 1);
    const status = random.chance(0.8) ? ("active" as const) : ("paused" as const);
    const builder = new WriteSetBuilder();
    if (random.chance(0.3)) {
      const key = 1 + random.upTo(CAMPAIGNS - 1);
      const budget = { ...NO_DAILY_CAP, lifetimeCapMicros: random.upTo(3) * 1_000 || null, budgetSourceAtMs: index };
      return builder
        .write(CampaignRow, "settings", { key, version, columns: { ...CAMPAIGN, status, settingsSourceAtMs: index } })
        .write(CampaignRow, "budget", { key, version, columns: budget })
        .build();
    }
    const key = 1 + random.upTo(GROUPS - 1);
    if (random.chance(0.1)) return builder.delete(AdGroupRow, { key, version }).build();
    const bid = { bidPays: "perClick" as const, bidAmountMicros: 100 + random.upTo(2_000) };
    const columns = { status, ...bid, campaignId: 1 + random.upTo(CAMPAIGNS - 1), settingsSourceAtMs: index };
    return builder
      .write(AdGroupRow, "settings", { key, version, columns })
      .restore(AdGroupRow, { key, version })
      .build();
  });
}

interface Terms {
  readonly key: number;
  readonly servable: boolean | null;
  readonly chargeMaxMicros: number | null;
}

/** An edit as the recomputation reads it. */
interface PlainWrites {
  readonly groups?: Readonly<Record<string, readonly { readonly key: number; readonly columns: never }[]>>;
  readonly deletes?: readonly { readonly key: number }[];
}

/** What must be there, from the edits alone. */
function recompute(all: readonly WriteSet[]): readonly Terms[] {
  const campaigns = new Map<number, { status: string }>();
  const budgets = new Map<number, { lifetimeCapMicros: number | null }>();
  const groups = new Map<number, { status: string; campaignId: number }>();
  for (const { campaign, ad_group } of all as unknown as readonly Record<string, PlainWrites>[]) {
    for (const { key, columns } of campaign?.groups?.["settings"] ?? []) campaigns.set(key, columns);
    for (const { key, columns } of campaign?.groups?.["budget"] ?? []) budgets.set(key, columns);
    for (const { key, columns } of ad_group?.groups?.["settings"] ?? []) groups.set(key, columns);
    for (const { key } of ad_group?.deletes ?? []) groups.delete(key);
  }
  return [...groups]
    .sort(([one], [other]) => one - other)
    .map(([key, { status, campaignId }]) => {
      const budget = budgets.get(campaignId)?.lifetimeCapMicros ?? 0;
      const servable = status === "active" && campaigns.get(campaignId)?.status === "active" && budget > 0;
      return { key, servable, chargeMaxMicros: budget };
    });
}

async function play<Joined>(
  options: Pick<RunHandlersOptions<Joined>, "feed" | "cursors" | "store"> & {
    readonly repo: Repo<Joined>;
    readonly clock: HostClock;
    readonly pass: (ms: number) => Promise<void>;
  },
): Promise<readonly Terms[]> {
  const { repo, store, pass } = options;
  const running = await runHandlers({
    ...options,
    handlers: [servingTermsHandler],
    ...{ consumer: "terms", owner: "a test" },
    checkedShare: 1,
  });
  const all = edits(9);
  for (const [index, edit] of all.entries()) {
    await repo.tx((tx) => tx.write(edit));
    if (index % 10 === 0) await pass(LOOK_MS);
  }
  const terms = () =>
    repo.read([GroupRead], async (snapshot) =>
      (await snapshot.page(GroupRead, { rowsMax: 1_000 })).map(({ key, columns: { servable, chargeMaxMicros } }) => ({
        ...{ key, servable, chargeMaxMicros },
      })),
    );
  const expected = JSON.stringify(recompute(all));
  // Work appears when the feed brings a change: done is when nothing waits and the rows are what they must become.
  for (let waitedMs = 0; waitedMs < SETTLE_MAX_MS; waitedMs += LOOK_MS) {
    if ((await store.status()).length === 0 && JSON.stringify(await terms()) === expected) break;
    await pass(LOOK_MS);
  }
  const stopping = running.stop();
  await pass(1_000);
  await stopping;
  return terms();
}

async function onPostgres(withSlot: boolean): Promise<readonly Terms[]> {
  const { database, url, drop } = await testDatabase();
  try {
    const repo = await openRepo({ database, entities: ENTITIES });
    const feed = new PostgresFeed({
      ...{ database, entities: ENTITIES },
      ...(withSlot && { openReplication: () => openReplication({ url }) }),
    });
    const store = new PostgresWorkStore(database);
    const cursors = new PostgresCursors(database);
    return await play({ repo, feed, cursors, store, clock: systemClock, pass: (ms) => pause(ms) });
  } finally {
    await drop();
  }
}

test("over the model, the rows are those of a recomputation", async () => {
  const clock = new VirtualClock();
  const repo = new ModelRepo(ENTITIES, { nowMs: clock.nowMs });
  const store = new MemoryWorkStore<ModelTransaction>((work, options) => repo.transaction(work, options), clock);
  const found = await play({
    repo,
    feed: repo.feed,
    cursors: repo.cursors,
    store,
    clock,
    pass: (ms) => clock.runFor(ms),
  });
  expect(found).toEqual(recompute(edits(9)));
  expect(found.some(({ servable }) => servable)).toBe(true);
  expect(found.some(({ servable }) => !servable)).toBe(true);
});

test.each([
  ["polled", false],
  ["through a slot", true],
])("over Postgres with the feed %s, they are the same", { timeout: 60_000 }, async (_, withSlot) => {
  expect(await onPostgres(withSlot)).toEqual(recompute(edits(9)));
});
