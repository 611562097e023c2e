import fc from "fast-check";
import { expect, test } from "vitest";
import { INELIGIBLE_REASONS } from "../api.ts";
import type { MakeIndex } from "./ad-index-contract.ts";
import { filters, sampleMarketplaces } from "./arbitraries.ts";
import { Oracle } from "./oracle.ts";
import {
  ADS_MAX,
  BEFORE_ALL,
  blockLists,
  EVERYBODY,
  idColumn,
  idsOf,
  indexOf,
  PROPERTY,
  searchVectors,
} from "./support.ts";

const ANY_VECTOR = [0, 0, 0, 0, 0];

export function matchContract(makeIndex: MakeIndex): void {
  test("an ad is eligible exactly if its targeting matches, it may serve, and its campaign is not blocked", async () => {
    await fc.assert(
      fc.asyncProperty(
        sampleMarketplaces(ADS_MAX),
        fc.array(filters, { minLength: 1, maxLength: 6 }),
        blockLists,
        async (ads, users, blocked) => {
          const index = await indexOf(makeIndex, ads);
          index.blockCampaigns({ version: 1, blocked });
          const oracle = new Oracle(ads, blocked);
          for (const filter of users) {
            const wanted = oracle.eligible(filter).map(({ document }) => document.adId);
            expect(idsOf((await searchVectors(index.current(), filter, ANY_VECTOR)).ids).toSorted(ascending)).toEqual(
              wanted.toSorted(ascending),
            );
          }
        },
      ),
      PROPERTY,
    );
  });

  test("counts are exact, and every targeted ad is eligible or dropped for its first reason", async () => {
    await fc.assert(
      fc.asyncProperty(sampleMarketplaces(ADS_MAX), filters, blockLists, async (ads, filter, blocked) => {
        const index = await indexOf(makeIndex, ads);
        index.blockCampaigns({ version: 1, blocked });
        const oracle = new Oracle(ads, blocked);
        const answer = index.current().matchTargeting(filter);
        const none = Object.fromEntries(INELIGIBLE_REASONS.map((reason) => [reason, 0]));
        expect(answer).toEqual({
          version: index.current().version,
          partial: false,
          targeted: oracle.targeted(filter).length,
          eligible: oracle.eligible(filter).length,
          dropped: { ...none, ...oracle.dropped(filter) },
        });
      }),
      PROPERTY,
    );
  });

  test("the outcome of any ad is eligible or the first reason against it, also for an ad that is not indexed", async () => {
    await fc.assert(
      fc.asyncProperty(sampleMarketplaces(ADS_MAX), filters, blockLists, async (ads, filter, blocked) => {
        const index = await indexOf(makeIndex, ads);
        index.blockCampaigns({ version: 1, blocked });
        const oracle = new Oracle(ads, blocked);
        const ids = idColumn(ads, 99_999);
        const { outcome } = index.current().eligibilityOf({ ids, filter });
        expect(idsOf(ids).map((_, row) => outcome.at(row))).toEqual(idsOf(ids).map((id) => oracle.outcome(id, filter)));
      }),
      PROPERTY,
    );
  });

  test("going back in time gives the answers of that time", async () => {
    await fc.assert(
      fc.asyncProperty(
        sampleMarketplaces(ADS_MAX),
        fc.array(fc.integer({ min: -10, max: 500 }), { maxLength: 8 }),
        async (ads, timesMs) => {
          const snapshot = (await indexOf(makeIndex, ads)).current();
          const oracle = new Oracle(ads);
          for (const atMs of timesMs) {
            expect(snapshot.matchTargeting({ targeting: {}, atMs }).eligible).toBe(
              oracle.eligible({ targeting: {}, atMs }).length,
            );
          }
        },
      ),
      PROPERTY,
    );
  });

  test("an index without ads, and a filter that nothing passes, give empty answers", async () => {
    const [ads] = fc.sample(sampleMarketplaces(ADS_MAX), { numRuns: 1, seed: 1 });
    for (const [sample, filter] of [
      [[], EVERYBODY],
      [ads ?? [], BEFORE_ALL],
    ] as const) {
      const snapshot = (await indexOf(makeIndex, sample)).current();
      expect(snapshot.matchTargeting(filter).eligible).toBe(0);
      expect((await searchVectors(snapshot, filter, ANY_VECTOR)).ids).toHaveLength(0);
      expect(snapshot.searchKeywords({ words: ["coffee"], filter, limit: 5 }).ids).toHaveLength(0);
      expect(snapshot.eligibilityOf({ ids: idColumn([]), filter }).outcome).toHaveLength(0);
      expect(snapshot.forwardColumns({ ids: idColumn([]), columns: ["bidMicros"] }).columns.bidMicros).toHaveLength(0);
      expect((await snapshot.forwardRecords(idColumn([]), new AbortController().signal)).found).toEqual([]);
    }
  });
}

function ascending(left: number, right: number): number {
  return left - right;
}
