import { FREQUENCY_CAP_LEVELS, type FrequencyCapLevel } from "@tenon/ads-model";
import { I32Column, type IdColumn, map, type ValueOf } from "@tenon/graph-core";
import type { UserCounts } from "../../feature-expansion/slots.ts";
import { attachUserCountsContract } from "./attach-user-counts.contract.ts";

type Table = ValueOf<typeof UserCounts>;

const NO_ROW = -1;

export const attachUserCounts = map({
  ...attachUserCountsContract,
  run: ({ allowedAds, userCounts }) => {
    const advertiser = rowsOf(userCounts, "advertiser", allowedAds.column("advertiserId"));
    const campaign = rowsOf(userCounts, "campaign", allowedAds.column("campaignId"));
    const adGroup = rowsOf(userCounts, "adGroup", allowedAds.column("adGroupId"));
    const ad = rowsOf(userCounts, "ad", allowedAds.ids);
    const { impressionsPer1Days, impressionsPer7Days, impressionsPer30Days, insertionsPending, clicksPer30Days } =
      userCounts;
    return {
      adCounts: {
        status: userCounts.status,
        advertiserImpressionsPer1Days: gather(impressionsPer1Days, advertiser),
        advertiserImpressionsPer7Days: gather(impressionsPer7Days, advertiser),
        advertiserImpressionsPer30Days: gather(impressionsPer30Days, advertiser),
        campaignImpressionsPer1Days: gather(impressionsPer1Days, campaign),
        campaignImpressionsPer7Days: gather(impressionsPer7Days, campaign),
        campaignImpressionsPer30Days: gather(impressionsPer30Days, campaign),
        adGroupImpressionsPer1Days: gather(impressionsPer1Days, adGroup),
        adGroupImpressionsPer7Days: gather(impressionsPer7Days, adGroup),
        adGroupImpressionsPer30Days: gather(impressionsPer30Days, adGroup),
        adImpressionsPer1Days: gather(impressionsPer1Days, ad),
        adImpressionsPer7Days: gather(impressionsPer7Days, ad),
        adImpressionsPer30Days: gather(impressionsPer30Days, ad),
        advertiserInsertionsPending: gather(insertionsPending, advertiser),
        campaignInsertionsPending: gather(insertionsPending, campaign),
        adGroupInsertionsPending: gather(insertionsPending, adGroup),
        adInsertionsPending: gather(insertionsPending, ad),
        advertiserClicksPer30Days: gather(clicksPer30Days, advertiser),
        campaignClicksPer30Days: gather(clicksPer30Days, campaign),
        adGroupClicksPer30Days: gather(clicksPer30Days, adGroup),
        adClicksPer30Days: gather(clicksPer30Days, ad),
      },
    };
  },
});

/** Per candidate the row of its entity in the table, or {@link NO_ROW}. */
function rowsOf(table: Table, level: FrequencyCapLevel, ids: IdColumn): I32Column {
  const code = FREQUENCY_CAP_LEVELS.indexOf(level);
  const start = firstRow(table, code, Number.NEGATIVE_INFINITY);
  if (start === table.level.length || table.level.at(start) !== code) return I32Column.fill(ids.length, () => NO_ROW);
  return I32Column.fill(ids.length, (row) => {
    const id = ids.at(row);
    const at = firstRow(table, code, id);
    return at < table.level.length && table.level.at(at) === code && table.entityId.at(at) === id ? at : NO_ROW;
  });
}

/** First row that does not come before (level, id): the table is sorted by both. */
function firstRow({ level, entityId }: Table, code: number, id: number): number {
  let low = 0;
  let high = level.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const before = level.at(middle) < code || (level.at(middle) === code && entityId.at(middle) < id);
    if (before) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What is not in the table was neither seen nor clicked. */
function gather(counts: I32Column, rows: I32Column): I32Column {
  return I32Column.fill(rows.length, (row) => (rows.at(row) === NO_ROW ? 0 : counts.at(rows.at(row))));
}
