/** Whatever changes in whatever order: when everything has settled, what is derived is what a recomputation gives. */
import { VirtualClock } from "@tenon/event-log/simulation";
import { versionOf } from "@tenon/storage-repo/api";
import { ModelRepo } from "@tenon/storage-repo/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { recompute, type Step, steps, writeOf } from "../../test/handler-histories.ts";
import { CampaignAll, campaignSummary, ENTITIES, GroupAll, groupTerms } from "../../test/handler-world.ts";
import { MemoryWorkStore } from "./memory-work-store.ts";
import { runHandlers } from "./run-handlers.ts";

async function play(
  all: readonly Step[],
  failures: { readonly chance: number; readonly sees?: () => boolean } = { chance: 0 },
) {
  const clock = new VirtualClock();
  let draws = 0;
  let isFaulty = true;
  const fails = () => isFaulty && (draws++ * 7919) % 100 < failures.chance * 100;
  const repo = new ModelRepo(ENTITIES, {
    nowMs: clock.nowMs,
    faults: {
      beforeCommit: () => (fails() ? new Error("the connection was lost") : undefined),
      afterCommit: () => (fails() ? new Error("the outcome is unknown") : undefined),
    },
  });
  const store = new MemoryWorkStore<Parameters<Parameters<typeof repo.transaction>[0]>[0]>(
    (work, options) => repo.transaction(work, options),
    clock,
  );
  const { sees } = failures;
  if (sees !== undefined) store.sees = async () => sees();
  const running = await runHandlers({
    ...{ handlers: [groupTerms, campaignSummary], repo, feed: repo.feed, cursors: repo.cursors, store, clock },
    ...{ consumer: "handlers", owner: "process", checkedShare: 1 },
  });
  let version = 0;
  for (const step of all) {
    if (step.kind === "wait") {
      await clock.runFor(step.ms);
      continue;
    }
    version++;
    const writes = writeOf(step, versionOf(0, version));
    // A source that does not give up: the version makes a repeat harmless.
    while (
      !(await repo
        .tx((tx) => tx.write(writes))
        .then(
          () => true,
          () => false,
        ))
    );
  }
  isFaulty = false;
  // Trouble is waited out, leases end, and then there is nothing left to do.
  await clock.runFor(700);
  for (let round = 0; round < 400 && (await store.status()).length > 0; round++) await clock.runFor(100);
  await clock.runFor(300);
  const stopping = running.stop();
  await clock.runFor(2_000);
  await stopping;
  const status = await store.status();
  return repo.read([GroupAll, CampaignAll], async (snapshot) => ({
    status,
    counts: running.counts,
    groups: (await snapshot.page(GroupAll, { rowsMax: 100 })).map(
      ({ key, columns: { servable, bidCappedMicros } }) => ({
        ...{ key, servable, bidCappedMicros },
      }),
    ),
    campaigns: (await snapshot.page(CampaignAll, { rowsMax: 100 })).map(
      ({ key, columns: { groups, topBidMicros } }) => ({
        ...{ key, groups, topBidMicros },
      }),
    ),
  }));
}

test("when changes have settled, derived rows are those of a recomputation", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const { groups, campaigns, status } = await play(all);
      expect({ groups, campaigns }).toEqual(recompute(all));
      expect(status).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test("lost connections and unknown outcomes change nothing of that", async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.double({ min: 0.05, max: 0.4, noNaN: true }), async (all, chance) => {
      const { groups, campaigns, status } = await play(all, { chance });
      expect({ groups, campaigns }).toEqual(recompute(all));
      expect(status).toEqual([]);
    }),
    { numRuns: 80 },
  );
});

test("many changes of one row between two looks share a run", async () => {
  const budgets = Array.from(
    { length: 50 },
    (_, index): Step => ({ kind: "campaign", key: "red", budgetMicros: index }),
  );
  const { counts, campaigns } = await play([...budgets, { kind: "wait", ms: 100 }]);
  expect(campaigns).toEqual([{ key: "red", groups: 0, topBidMicros: 0 }]);
  const { done, again } = counts.get("campaign-summary") as { done: number; again: number };
  expect(done + again).toBeLessThan(5);
  expect(done).toBeGreaterThan(0);
});

test("what the feed tells of before it is seen is pumped once it is seen", async () => {
  let looks = 0;
  const { campaigns } = await play([{ kind: "campaign", key: "red", budgetMicros: 1 }], {
    chance: 0,
    sees: () => ++looks > 5,
  });
  expect(looks).toBeGreaterThan(5);
  expect(campaigns).toEqual([{ key: "red", groups: 0, topBidMicros: 0 }]);
});
