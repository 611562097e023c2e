import { type CandidateBatch, I32Column, IdColumn } from "@tenon/graph-core";
import type { CampaignsQuery } from "../resources.ts";

export interface CampaignRows {
  /** The distinct campaigns of the batch: many ads share one. */
  readonly query: CampaignsQuery;
  /** Per candidate, the row of its campaign in the answer. */
  readonly rows: I32Column;
}

/** Campaigns of a batch, ascending, so that equal batches ask equal questions whatever their order. */
export function campaignRows(ads: CandidateBatch<{ readonly campaignId: IdColumn }>): CampaignRows {
  const campaigns = ads.column("campaignId");
  // Numbers in a typed array are sorted without a comparison function, several times faster.
  const sorted = new Float64Array(ads.size);
  for (let row = 0; row < sorted.length; row++) sorted[row] = campaigns.at(row);
  sorted.sort();
  const answerRow = new Map<number, number>();
  for (const id of sorted) if (!answerRow.has(id)) answerRow.set(id, answerRow.size);
  return {
    query: { campaignIds: IdColumn.from([...answerRow.keys()]) },
    rows: I32Column.fill(ads.size, (row) => answerRow.get(campaigns.at(row)) as number),
  };
}
