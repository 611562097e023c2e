/** When a lane claims: at once for whatever is rung while it is busy, and never for nothing. */
import { VirtualClock } from "@tenon/event-log/simulation";
import { expect, test } from "vitest";
import { LaneRuns } from "./lane-runs.ts";
import type { ClaimedWork } from "./work-store.ts";

const LOOK_MS = 2_000;

function item(key: number): ClaimedWork {
  return { handler: "h", key, lane: "high", upTo: 1n, rounds: 0, claim: String(key), attempts: 0 };
}

/** A lane whose claims and runs are answered by hand. */
function lane(placesMax = 1, itemsPerPlace = 2) {
  const clock = new VirtualClock();
  const claims: { readonly itemsMax: number; readonly answer: (items: readonly ClaimedWork[]) => void }[] = [];
  const runs: { readonly keys: readonly unknown[]; readonly end: () => void }[] = [];
  const runner = new LaneRuns({
    ...{ lane: "high", clock, placesMax, itemsPerPlace, leaseMs: 1_000, handlers: () => ["h"] },
    store: {
      claim: ({ itemsMax }) => {
        const { promise, resolve } = Promise.withResolvers<readonly ClaimedWork[]>();
        claims.push({ itemsMax, answer: resolve });
        return promise;
      },
    },
    run: (items) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      runs.push({ keys: items.map(({ key }) => key), end: () => resolve() });
      return promise;
    },
    onTrouble: (error) => {
      throw error;
    },
  });
  const stop = new AbortController();
  const loop = (async () => {
    while (!stop.signal.aborted) await runner.step(stop.signal);
  })();
  const end = async () => {
    stop.abort();
    for (const { answer } of claims) answer([]);
    await loop;
  };
  return { clock, claims, runs, ring: () => runner.ring(), settle: () => clock.runFor(0), end };
}

test("a ring during a claim that finds nothing is not forgotten: the lane looks again at once", async () => {
  const { claims, ring, settle, end } = lane();
  await settle();
  ring();
  claims[0]?.answer([]);
  await settle();
  expect(claims).toHaveLength(2);
  claims[1]?.answer([]);
  await settle();
  expect(claims).toHaveLength(2);
  await end();
});

test("without a ring it looks after a while, to be safe", async () => {
  const { clock, claims, settle, end } = lane();
  await settle();
  claims[0]?.answer([]);
  await settle();
  await clock.runFor(LOOK_MS - 1);
  expect(claims).toHaveLength(1);
  await clock.runFor(1);
  expect(claims).toHaveLength(2);
  await end();
});

test("what was claimed for several places is cut for them, and a full claim is followed by another when a place is free", async () => {
  const { claims, runs, settle, end } = lane(2, 2);
  await settle();
  expect(claims[0]?.itemsMax).toBe(4);
  claims[0]?.answer([1, 2, 3, 4].map(item));
  await settle();
  expect(runs.map(({ keys }) => keys)).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(claims).toHaveLength(1);
  runs[0]?.end();
  await settle();
  expect(claims.map(({ itemsMax }) => itemsMax)).toEqual([4, 2]);
  await end();
});

test("what is rung while all places are taken is claimed when one is free; otherwise an end claims nothing", async () => {
  const { claims, runs, ring, settle, end } = lane(1, 2);
  await settle();
  claims[0]?.answer([item(1)]);
  await settle();
  ring();
  await settle();
  expect(claims).toHaveLength(1);
  runs[0]?.end();
  await settle();
  expect(claims).toHaveLength(2);
  claims[1]?.answer([item(2)]);
  await settle();
  runs[1]?.end();
  await settle();
  expect(claims).toHaveLength(2);
  await end();
});
