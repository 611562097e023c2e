import { F64Writer, type FeatureSnapshotBuilder, type I32Column, I32Writer, type ValueOf } from "@tenon/graph-core";
import type { AdCounts } from "../../delivery/slots.ts";
import { COUNT_STATUS } from "./count-status.ts";

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
  if (counts.status === "known") setKnown(builder, counts, rowsOf());
  else {
    const status = COUNT_STATUS[counts.status];
    for (const name of COUNT_FEATURES) builder.setScalar(name, undefined, status);
    builder.setScalar("fatigueRatio", undefined, status);
  }
}

/** One loop for all: each row is looked up once. */
function setKnown(builder: FeatureSnapshotBuilder, counts: Counts, rows: I32Column): void {
  const { length } = rows;
  const { campaignImpressionsPer1Days, campaignImpressionsPer7Days, campaignImpressionsPer30Days } = counts;
  const { adImpressionsPer30Days, campaignClicksPer30Days } = counts;
  const campaign1 = new I32Writer(length);
  const campaign7 = new I32Writer(length);
  const campaign30 = new I32Writer(length);
  const ad30 = new I32Writer(length);
  const clicks30 = new I32Writer(length);
  const fatigueRatio = new F64Writer(length);
  for (let row = 0; row < length; row++) {
    const at = rows.at(row);
    const impressions = campaignImpressionsPer30Days.at(at);
    const clicks = campaignClicksPer30Days.at(at);
    campaign1.set(row, campaignImpressionsPer1Days.at(at));
    campaign7.set(row, campaignImpressionsPer7Days.at(at));
    campaign30.set(row, impressions);
    ad30.set(row, adImpressionsPer30Days.at(at));
    clicks30.set(row, clicks);
    // One click is added, so that never clicked is a number.
    fatigueRatio.set(row, impressions / (1 + clicks));
  }
  builder
    .setColumn("campaignImpressionsPer1Days", campaign1.seal())
    .setColumn("campaignImpressionsPer7Days", campaign7.seal())
    .setColumn("campaignImpressionsPer30Days", campaign30.seal())
    .setColumn("adImpressionsPer30Days", ad30.seal())
    .setColumn("campaignClicksPer30Days", clicks30.seal())
    .setColumn("fatigueRatio", fatigueRatio.seal());
}
