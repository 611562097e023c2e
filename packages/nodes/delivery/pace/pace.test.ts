import type { CandidateBatch } from "@tenon/graph-core";
import { runNode } from "@tenon/graph-testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { type AdRow, adsOf } from "../../testing/ads.ts";
import { pacingStateOf } from "../../testing/resources.ts";
import { executorOf } from "../../testing/run-in-graph.ts";
import { seededRandom } from "../../testing/seeded-random.ts";
import { pace } from "./pace.ts";

runAdGoldens(pace, import.meta.dirname, { bind: { pacingState: pacingStateOf } });

const budgetPolicy = { stateAgeMaxMs: 60_000 };

/** Ids of the ads that take part in the request of this seed. */
async function pacedIn(
  rows: readonly AdRow[],
  passRates: Readonly<Record<string, number>>,
  seed: number,
): Promise<readonly number[]> {
  const uses = { budgetPolicy, pacingState: pacingStateOf({ asOfMs: 0, passRates }) };
  const { pacedAds } = await runNode(pace, { fundedAds: adsOf(rows) }, { uses, random: seededRandom(seed) });
  return Array.from({ length: pacedAds.size }, (_, row) => pacedAds.ids.at(row));
}

const seed = fc.integer();
/** In hundredths: doubles would nearly all lie next to 0. */
const rate = fc.integer({ min: 0, max: 100 }).map((hundredths) => hundredths / 100);
const rates = fc.record({ 1: rate, 2: rate, 3: rate });
const ads = fc.uniqueArray(
  fc.record({ id: fc.integer({ min: 1, max: 30 }), campaignId: fc.integer({ min: 1, max: 3 }) }),
  {
    selector: ({ id }) => id,
  },
);

test("the ads of a campaign are in or out together, and other candidates change nothing", async () => {
  await fc.assert(
    fc.asyncProperty(ads, rates, seed, async (rows, passRates, each) => {
      const together = await pacedIn(rows, passRates, each);
      for (const { id, campaignId } of rows) {
        const alone = await pacedIn([{ id: 99, campaignId }], passRates, each);
        expect(together.includes(id)).toBe(alone.length === 1);
      }
    }),
  );
});

test("a higher rate never takes a campaign out of a request", async () => {
  await fc.assert(
    fc.asyncProperty(rate, rate, seed, async (one, other, each) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      const atLow = await pacedIn([{ id: 1, campaignId: 1 }], { 1: low }, each);
      const atHigh = await pacedIn([{ id: 1, campaignId: 1 }], { 1: high }, each);
      expect(atHigh.length).toBeGreaterThanOrEqual(atLow.length);
    }),
  );
});

test("rate 0 lets nothing through, rate 1 everything", async () => {
  await fc.assert(
    fc.asyncProperty(seed, async (each) => {
      const rows = [
        { id: 1, campaignId: 1 },
        { id: 2, campaignId: 2 },
      ];
      expect(await pacedIn(rows, { 1: 0, 2: 1 }, each)).toEqual([2]);
    }),
  );
});

test("over many requests a campaign takes part in its share of them, independently of another campaign", async () => {
  const requests = 4_000;
  const pacingState = pacingStateOf({ asOfMs: 0, passRates: { 1: 0.3, 2: 0.6 } });
  const executor = executorOf(pace, { budgetPolicy, pacingState });
  const fundedAds = adsOf([
    { id: 1, campaignId: 1 },
    { id: 2, campaignId: 2 },
  ]);
  let first = 0;
  let both = 0;
  for (let request = 0; request < requests; request++) {
    const context = executor.begin({ requestId: `request-${request}`, nowMs: 0, checked: false });
    const response = await executor.execute({ fundedAds }, context);
    const { size, ids } = response.pacedAds as CandidateBatch;
    if (size === 2) both++;
    if (size > 0 && ids.at(0) === 1) first++;
  }
  // Five standard deviations of a binomial share.
  const bound = (share: number) => 5 * Math.sqrt((share * (1 - share)) / requests);
  expect(Math.abs(first / requests - 0.3)).toBeLessThan(bound(0.3));
  expect(Math.abs(both / requests - 0.18)).toBeLessThan(bound(0.18));
});
