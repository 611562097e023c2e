import { setImmediate as nextTurn } from "node:timers/promises";
import type { AdIndexHost } from "@tenon/ad-index";
import { type CampaignId, dailySpendMaxMicros, micros } from "@tenon/ads-model";
import { IdColumn } from "@tenon/graph-core";
import { type BudgetTable, NO_DAILY_MAX } from "../resources/budget-table.ts";

/** Ads read between two turns of the event loop: a few milliseconds of work. */
const SLICE_ADS = 5_000;
const COLUMNS = [
  "campaignId",
  "documentVersion",
  "lifetimeCapMicros",
  "dailyCapMicros",
  "overdeliveryRatioMax",
] as const;

/** Tells the table every budget that the index's ads say, in slices. Reading columns does not need the documents. */
export async function learnBudgets(index: AdIndexHost, budgets: BudgetTable): Promise<void> {
  budgets.beginDocuments();
  const held = index.heldAds();
  const ids = Array.from({ length: held.length }, (_, row) => held.at(row));
  for (let from = 0; from < ids.length; from += SLICE_ADS) {
    const slice = IdColumn.from(ids.slice(from, from + SLICE_ADS));
    // Of the newest snapshot: deltas that came meanwhile are among it, and their own versions decide.
    const { columns } = index.current().forwardColumns({ ids: slice, columns: COLUMNS });
    for (let row = 0; row < slice.length; row++) {
      const capMicros = columns.dailyCapMicros.at(row);
      const overdeliveryRatioMax = columns.overdeliveryRatioMax.at(row);
      const campaign = columns.campaignId.at(row);
      // An ad that was deleted meanwhile holds nothing.
      if (campaign === 0) continue;
      budgets.setByDocument(
        campaign as CampaignId,
        {
          lifetimeCapMicros: columns.lifetimeCapMicros.at(row),
          dailyMaxMicros:
            capMicros === 0
              ? NO_DAILY_MAX
              : dailySpendMaxMicros({ kind: "softDaily", capMicros: micros(capMicros), overdeliveryRatioMax }),
        },
        columns.documentVersion.at(row),
      );
    }
    await nextTurn();
  }
}
