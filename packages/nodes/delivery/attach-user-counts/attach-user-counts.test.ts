import {
  clickCount,
  FREQUENCY_CAP_LEVELS,
  type FrequencyCapLevel,
  impressionCount,
  insertionCount,
} from "@tenon/ads-model";
import { runNode } from "@tenon/graph-testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { EntityCounts } from "../../feature-expansion/resources.ts";
import { userCountsTable } from "../../feature-expansion/shared/user-counts-table.ts";
import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { adsOf } from "../../testing/ads.ts";
import { attachUserCounts } from "./attach-user-counts.ts";

runAdGoldens(attachUserCounts, import.meta.dirname);

/** Few ids on every level, so that an id of one level is also one of another. */
const id = fc.integer({ min: 1, max: 6 });
const small = fc.integer({ min: 0, max: 9 });
const entity = fc
  .record({
    level: fc.constantFrom(...FREQUENCY_CAP_LEVELS),
    entityId: id,
    day: small,
    week: small,
    month: small,
    clicks: small,
    pending: small,
  })
  .map(
    ({ level, entityId, day, week, month, clicks, pending }): EntityCounts => ({
      level,
      entityId,
      impressionsPer1Days: impressionCount(day),
      impressionsPer7Days: impressionCount(week),
      impressionsPer30Days: impressionCount(month),
      clicksPer30Days: clickCount(clicks),
      insertionsPending: insertionCount(pending),
    }),
  );
const entities = fc.uniqueArray(entity, { selector: ({ level, entityId }) => `${level} ${entityId}` });
const ads = fc.uniqueArray(fc.record({ id, adGroupId: id, campaignId: id, advertiserId: id }), {
  selector: (ad) => ad.id,
});

test("a count is that of the one entity with this level and this id, and 0 where there is none", async () => {
  await fc.assert(
    fc.asyncProperty(ads, entities, async (rows, counted) => {
      const userCounts = { status: "known", ...userCountsTable(counted) };
      const { adCounts } = await runNode(attachUserCounts, { allowedAds: adsOf(rows), userCounts });
      const find = (level: FrequencyCapLevel, entityId: number) =>
        counted.find((each) => each.level === level && each.entityId === entityId);
      for (const [row, ad] of rows.entries()) {
        const own = { advertiser: ad.advertiserId, campaign: ad.campaignId, adGroup: ad.adGroupId, ad: ad.id };
        for (const level of FREQUENCY_CAP_LEVELS) {
          const expected = find(level, own[level]);
          expect(adCounts[`${level}ImpressionsPer1Days`].at(row)).toBe(expected?.impressionsPer1Days ?? 0);
          expect(adCounts[`${level}ImpressionsPer7Days`].at(row)).toBe(expected?.impressionsPer7Days ?? 0);
          expect(adCounts[`${level}ImpressionsPer30Days`].at(row)).toBe(expected?.impressionsPer30Days ?? 0);
          expect(adCounts[`${level}InsertionsPending`].at(row)).toBe(expected?.insertionsPending ?? 0);
          expect(adCounts[`${level}ClicksPer30Days`].at(row)).toBe(expected?.clicksPer30Days ?? 0);
        }
      }
    }),
  );
});
