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
  const distinct = new Set<number>();
  for (let row = 0; row < ads.size; row++) distinct.add(campaigns.at(row));
  const ids = [...distinct].toSorted((left, right) => left - right);
  const answerRow = new Map(ids.map((id, row) => [id, row]));
  return {
    query: { campaignIds: IdColumn.from(ids) },
    rows: I32Column.fill(ads.size, (row) => answerRow.get(campaigns.at(row)) as number),
  };
}
