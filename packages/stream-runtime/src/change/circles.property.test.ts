/** A circle of handlers comes to rest by itself, or is stopped at its bound and says so; it never goes on for ever. */
import { VirtualClock } from "@tenon/event-log/simulation";
import { versionOf } from "@tenon/storage-repo/api";
import { ModelRepo } from "@tenon/storage-repo/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { climbing } from "../../test/circle-world.ts";
import { type Step, steps, type Write, writeOf } from "../../test/handler-histories.ts";
import { CampaignAll, campaignSummary, ENTITIES, GroupAll } from "../../test/handler-world.ts";
import { circlesOf } from "./circles.ts";
import { MemoryWorkStore } from "./memory-work-store.ts";
import { runHandlers } from "./run-handlers.ts";

/** The highest bid of a random history. */
const BID_MAX = 3;
/** A climb to the highest bid passes so often, and once more to see that nothing changes. */
const ENOUGH = BID_MAX + 2;

/** More transactions than any of these histories leads to. Without it what never ends would never let the test fail. */
const ENDLESS = 20_000;

async function world(rounds: number, fails: () => boolean = () => false) {
  const clock = new VirtualClock();
  const fault = (what: string) => (fails() ? new Error(what) : undefined);
  const repo = new ModelRepo(ENTITIES, {
    nowMs: clock.nowMs,
    faults: { beforeCommit: () => fault("it was lost"), afterCommit: () => fault("its outcome is unknown") },
  });
  let transactions = 0;
  const store = new MemoryWorkStore<Parameters<Parameters<typeof repo.transaction>[0]>[0]>(async (work, options) => {
    if (++transactions > ENDLESS) throw new Error("it goes round for ever");
    return repo.transaction(work, options);
  }, clock);
  const running = await runHandlers({
    ...{ handlers: climbing(rounds), repo, feed: repo.feed, cursors: repo.cursors, store, clock },
    ...{ consumer: "handlers", owner: "process", checkedShare: 1 },
  });
  let version = 0;
  return {
    clock,
    store,
    counts: running.counts,
    play: async (step: Step) => {
      if (step.kind === "wait") return clock.runFor(step.ms);
      const writes = writeOf(step, versionOf(0, ++version));
      const write = () =>
        repo
          .tx((tx) => tx.write(writes))
          .then(
            () => true,
            () => false,
          );
      while (!(await write()));
    },
    /** Resolves when nothing is waiting; virtual time is the bound. */
    rest: async () => {
      await clock.runFor(700);
      const waits = async () => (await store.status()).some(({ waiting }) => waiting > 0);
      for (let round = 0; round < 400 && (await waits()); round++) {
        await clock.runFor(100);
      }
      await clock.runFor(300);
      expect(await waits()).toBe(false);
    },
    stop: async () => {
      const stopping = running.stop();
      await clock.runFor(2_000);
      await stopping;
    },
    rows: () =>
      repo.read([GroupAll, CampaignAll], async (snapshot) => ({
        groups: (await snapshot.page(GroupAll, { rowsMax: 100 })).map(({ key, columns }) => ({ key, ...columns })),
        campaigns: (await snapshot.page(CampaignAll, { rowsMax: 100 })).map(({ key, columns }) => ({
          key,
          ...columns,
        })),
      })),
  };
}

test("with rounds enough a circle comes to rest where it should, whatever changes in whatever order", async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.double({ min: 0, max: 0.3, noNaN: true }), async (all, chance) => {
      let draws = 0;
      let isFaulty = true;
      const at = await world(ENOUGH, () => isFaulty && (draws++ * 7919) % 100 < chance * 100);
      for (const step of all) await at.play(step);
      isFaulty = false;
      await at.rest();
      await at.stop();
      expect(await at.store.parked()).toEqual([]);
      const { groups, campaigns } = await at.rows();
      for (const { key, topBidMicros } of campaigns) {
        const bids = groups.filter(({ campaignId }) => campaignId === key).map(({ bidMicros }) => bidMicros ?? 0);
        expect(topBidMicros).toBe(Math.max(0, ...bids));
      }
      for (const { bidMicros, bidCappedMicros, campaignId } of groups) {
        const top = campaigns.find(({ key }) => key === campaignId)?.topBidMicros ?? 0;
        expect(bidCappedMicros).toBe(Math.min(bidMicros ?? 0, top + 1));
      }
    }),
    { numRuns: 80 },
  );
});

const CLIMB: readonly Write[] = [
  { kind: "campaign", key: "red", budgetMicros: 1 },
  { kind: "group", key: 1, bidMicros: 1_000_000, campaignId: "red" },
];

/** Whether something came while a run was out is chance. */
function runsOf(counts: Readonly<Record<"done" | "again", number>> | undefined): number {
  return (counts?.done ?? 0) + (counts?.again ?? 0);
}

test("a circle that does not come to rest stops at its bound: counted, put aside with a reason, and begun anew by a change", async () => {
  const rounds = 5;
  const at = await world(rounds);
  for (const step of CLIMB) await at.play(step);
  await at.rest();
  expect((await at.rows()).campaigns).toMatchObject([{ topBidMicros: rounds }]);
  expect(at.counts.get("climber")).toMatchObject({ unsettled: 1, parked: 0, failed: 0 });
  // The campaign and its group come in one pull: every run climbs.
  expect(runsOf(at.counts.get("climber"))).toBe(rounds);
  const [parked, ...others] = await at.store.parked("climber");
  expect(others).toEqual([]);
  expect(parked).toMatchObject({ key: 1, code: "TENON1812", rounds });
  expect(parked?.reason).toMatch(/handler "climber" has not settled on 1 in 5 rounds/);
  // From outside, and by an operator: as many rounds again each time.
  await at.play({ kind: "group", key: 1, bidMicros: 2_000_000, campaignId: "red" });
  await at.rest();
  expect((await at.rows()).campaigns).toMatchObject([{ topBidMicros: 2 * rounds }]);
  expect(await at.store.retryParked("climber")).toBe(1);
  await at.rest();
  expect((await at.rows()).campaigns).toMatchObject([{ topBidMicros: 3 * rounds }]);
  expect(at.counts.get("climber")).toMatchObject({ unsettled: 3 });
  expect(runsOf(at.counts.get("climber"))).toBe(3 * rounds);
  await at.stop();
});

const GROUPS = 4;

/**
 * Each change, and the first summary that follows from it, wakes every group at most; what each of these runs leads to does so
 * once more per round.
 */
function runsMax(changes: number, rounds: number): number {
  let runs = 0;
  for (let round = 0, woken = 2 * changes * GROUPS; round < rounds; round++, woken *= GROUPS) runs += woken;
  return runs;
}

/** Bids without end for the same keys: no history comes to rest by itself. */
const endless = (all: readonly Step[]): readonly Step[] =>
  all.map((step) => (step.kind === "group" ? { ...step, bidMicros: 1_000_000 + step.bidMicros } : step));

test("whatever changes while it goes round, a circle runs a bounded number of times per change, and then rests", async () => {
  await fc.assert(
    fc.asyncProperty(
      steps,
      fc.integer({ min: 1, max: 4 }),
      fc.double({ min: 0, max: 0.2, noNaN: true }),
      async (all, rounds, chance) => {
        let draws = 0;
        let isFaulty = true;
        const at = await world(rounds, () => isFaulty && (draws++ * 7919) % 100 < chance * 100);
        for (const step of endless(all)) await at.play(step);
        isFaulty = false;
        await at.rest();
        await at.stop();
        const changes = all.filter(({ kind }) => kind !== "wait").length;
        const { done = 0, again = 0 } = at.counts.get("climber") ?? {};
        expect(done + again).toBeLessThanOrEqual(runsMax(changes, rounds));
        for (const { code } of await at.store.parked()) expect(code).toBe("TENON1812");
      },
    ),
    { numRuns: 60 },
  );
});

test("what comes from outside a handler's circles has come round nowhere", () => {
  const [climber, top] = climbing(1);
  const reader = { ...campaignSummary, name: "reader", produces: [] };
  const circles = circlesOf([climber, top, reader]);
  expect(circles.get("climber")).toEqual(new Set(["climber", "top-of-campaign"]));
  expect(circles.get("reader")).toEqual(new Set());
});
