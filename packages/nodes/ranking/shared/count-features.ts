import { type FeatureSnapshotBuilder, type F64Column, F64Writer, type I32Column, type ValueOf } from "@tenon/graph-core";
import type { AdCounts } from "../../delivery/slots.ts";
import { COUNT_STATUS } from "./count-status.ts";
import { countsAt } from "./feature-columns.ts";

type Counts = ValueOf<typeof AdCounts>;

/** Counts that are features under their own name: the very numbers that the frequency cap compared. */
const COUNT_FEATURES = [
  "campaignImpressionsPer1Days",
  "campaignImpressionsPer7Days",
  "campaignImpressionsPer30Days",
  "adImpressionsPer30Days",
  "campaignClicksPer30Days",
] as const satisfies readonly (keyof Counts)[];

/** Sets every feature that comes from the user's counts. `rowsOf`: the rows of the counts, asked for only when there are any. */
export function setCounts(builder: FeatureSnapshotBuilder, counts: Counts, rowsOf: () => I32Column): void {
  if (counts.status !== "known") {
    const status = COUNT_STATUS[counts.status];
    for (const name of COUNT_FEATURES) builder.setScalar(name, undefined, status);
    builder.setScalar("fatigueRatio", undefined, status);
    return;
  }
  const rows = rowsOf();
  for (const name of COUNT_FEATURES) builder.setColumn(name, countsAt(counts[name], rows));
  builder.setColumn("fatigueRatio", fatigueRatio(counts, rows));
}

/** Impressions of the campaign per click; one click is added, so that never clicked is a number. */
function fatigueRatio({ campaignImpressionsPer30Days, campaignClicksPer30Days }: Counts, rows: I32Column): F64Column {
  const ratio = new F64Writer(rows.length);
  for (let row = 0; row < rows.length; row++) {
    const at = rows.at(row);
    ratio.set(row, campaignImpressionsPer30Days.at(at) / (1 + campaignClicksPer30Days.at(at)));
  }
  return ratio.seal();
}
