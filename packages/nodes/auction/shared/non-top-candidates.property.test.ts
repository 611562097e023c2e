/** The auction stage, node by node: what a candidate that does not matter may change. */
import { adId } from "@tenon/ads-model";
import { type CandidateBatch, F64Column } from "@tenon/graph-core";
import { runNode } from "@tenon/graph-testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type AdRow, adsOf } from "../../testing/ads.ts";
import { dedupeAdvertisers } from "../dedupe-advertisers/dedupe-advertisers.ts";
import { dropBelowFloor } from "../drop-below-floor/drop-below-floor.ts";
import { pickWinners } from "../pick-winners/pick-winners.ts";
import { priceWinners } from "../price-winners/price-winners.ts";
import { MECHANISMS } from "../resources.ts";
import { scoreBids } from "../score-bids/score-bids.ts";

type Candidate = AdRow & { readonly clicks: number };

const candidates = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: 1, max: 40 }),
    clicks: fc.constantFrom(0.01, 0.02, 0.05),
    bidMicros: fc.integer({ min: 1, max: 20 }).map((tenths) => tenths * 100_000),
    qualityScore: fc.constantFrom(0, 0.5, 1),
    advertiserId: fc.integer({ min: 1, max: 15 }),
    category: fc.constantFrom("a/b/c", "a/b/d", "a/b/e", "a/b/f"),
    floorMicros: fc.constantFrom(0, 2_000_000, 8_000_000),
  }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 25 },
);

function usesOf(mechanism: (typeof MECHANISMS)[number]) {
  const homeFeed = {
    mechanism,
    reserveEcpmMicros: 1_000_000,
    floorToleranceMicros: 0,
    qualityWeightMicros: 500_000,
    slotFactors: [1, 0.7, 0.4],
    adsPerCategoryMax: 2,
  };
  return { auctionPolicy: { version: "1", reserveDepth: 1, surfaces: { homeFeed } } };
}

const normalRequest = {
  requestId: "r1",
  surface: "homeFeed",
  country: "US",
  region: null,
  device: "phone",
  language: "en",
  adSlotsWanted: 2,
  hourOfDayUtc: 0,
  dayOfWeekUtc: 0,
  hourOfDayLocal: null,
};
const arms = { assignments: {}, parameters: {} };

const idsOf = (batch: CandidateBatch) => Array.from({ length: batch.size }, (_, row) => batch.ids.at(row));

/** Winners by id with their prices, and why each other candidate left. */
async function auction(rows: readonly Candidate[], uses: ReturnType<typeof usesOf>) {
  const trimmedAds = adsOf(rows.map(({ clicks: _, ...row }) => row));
  const clickProbability = F64Column.from(rows.map(({ clicks }) => clicks));
  const { auctionScore } = await runNode(scoreBids, { trimmedAds, clickProbability, normalRequest, arms }, { uses });
  const floored = await runNode(dropBelowFloor, { trimmedAds, auctionScore, normalRequest, arms }, { uses });
  const { eligibleBids } = floored;
  const distinct = await runNode(
    dedupeAdvertisers,
    { eligibleBids, trimmedAds, auctionScore, normalRequest },
    { uses },
  );
  const { distinctAdvertisers } = distinct;
  const picked = await runNode(pickWinners, { distinctAdvertisers, trimmedAds, auctionScore, normalRequest }, { uses });
  const { auctionWinners } = picked;
  const priced = {
    auctionWinners,
    distinctAdvertisers,
    trimmedAds,
    auctionScore,
    clickProbability,
    normalRequest,
    arms,
  };
  const { chargedPrice } = await runNode(priceWinners, priced, { uses });
  const prices = idsOf(auctionWinners).map((id, row) => [id, chargedPrice.chargedPriceMicros.at(row)] as const);
  const dropped = [floored, distinct, picked].flatMap((each) => each["dropped"]) as readonly { readonly id: number }[];
  const setters = idsOf(auctionWinners).map((_, row) => chargedPrice.priceSetterAdId.at(row));
  const score = (id: number) => auctionScore.ecpmMicros.at(trimmedAds.rowOfId(id)) as number;
  return { prices: new Map(prices), dropped, setters: new Set(setters), distinct: idsOf(distinctAdvertisers), score };
}

for (const mechanism of MECHANISMS) {
  test(`${mechanism}: taking away a candidate that neither won nor set a price changes nothing`, async () => {
    const uses = usesOf(mechanism);
    await fc.assert(
      fc.asyncProperty(candidates, async (rows) => {
        const before = await auction(rows, uses);
        const best = before.distinct.toSorted(
          (left, right) => before.score(right) - before.score(left) || left - right,
        );
        const firstLoser = best[before.prices.size];
        for (const { id } of before.dropped) {
          if (before.setters.has(id) || id === firstLoser) continue;
          const after = await auction(
            rows.filter((row) => row.id !== id),
            uses,
          );
          expect(after.prices).toEqual(before.prices);
        }
      }),
      { numRuns: 40 },
    );
  });
}

test("every candidate wins or leaves by one drop, and winners are the best that may win, in any order of arrival", async () => {
  const uses = usesOf("generalisedSecondPrice");
  await fc.assert(
    fc.asyncProperty(candidates, async (rows) => {
      const { prices, dropped } = await auction(rows, uses);
      const fates = [...prices.keys(), ...dropped.map(({ id }) => id)].sort((left, right) => left - right);
      expect(fates).toEqual(rows.map(({ id }) => adId(id)).sort((left, right) => left - right));
      const reversed = await auction(rows.toReversed(), uses);
      expect(new Map([...reversed.prices].sort())).toEqual(new Map([...prices].sort()));
    }),
    { numRuns: 100 },
  );
});
