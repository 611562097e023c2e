/** Everything an index says of its ads, to be compared with what another one says. */
import type { AdIndexHost } from "@tenon/ad-index";
import { F32Column, IdColumn } from "@tenon/graph-core";
import { EMBEDDING_DIMENSIONS } from "@tenon/marketplace";

const PAGE = 200;
const COLUMNS = ["campaignId", "documentVersion", "lifetimeCapMicros", "bidMicros"] as const;

export async function answersOf(index: AdIndexHost, atMs: number): Promise<unknown> {
  const snapshot = index.current();
  const held = index.heldAds();
  const ids = Array.from({ length: held.length }, (_, row) => held.at(row)).sort((left, right) => left - right);
  const documents: unknown[] = [];
  for (let from = 0; from < ids.length; from += PAGE) {
    const page = IdColumn.from(ids.slice(from, from + PAGE));
    documents.push(...(await snapshot.forwardRecords(page, new AbortController().signal)).found);
  }
  const filter = { targeting: {}, atMs };
  const vector = F32Column.from(Float32Array.from({ length: EMBEDDING_DIMENSIONS }, (_, axis) => (axis % 3) - 1));
  const { embeddingVersion } = snapshot.version;
  const near = await snapshot.searchVectors({ vector, embeddingVersion, filter, limit: ids.length });
  const { targeted, eligible, dropped } = snapshot.matchTargeting(filter);
  const { columns } = snapshot.forwardColumns({ ids: IdColumn.from(ids), columns: COLUMNS });
  return {
    ...{ ids, documents, targeted, eligible, dropped },
    near: Array.from({ length: near.ids.length }, (_, place) => [near.ids.at(place), near.scores.at(place)]),
    columns: COLUMNS.map((name) => ids.map((_, row) => columns[name].at(row))),
  };
}
