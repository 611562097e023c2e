/** Random changes, what they come to by definition, and everything a request can see of it. */
import { adId } from "@tenon/ads-model";
import { IdColumn } from "@tenon/graph-core";
import fc from "fast-check";
import { type AdFilter, type AdIndexSnapshot, FORWARD_COLUMN_NAMES } from "../api.ts";
import type { DocumentDelete, IndexChanges } from "../host.ts";
import { type SampleAd, sampleAds } from "./arbitraries.ts";
import { ADS_MAX, scoredOf, searchVectors } from "./support.ts";

export type Step = { readonly upsert: SampleAd } | { readonly delete: number; readonly version: number };

const ids = fc.integer({ min: 1, max: 2 * ADS_MAX });
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: sampleAds(ids).map((upsert) => ({ upsert })) },
  { weight: 1, arbitrary: fc.record({ delete: ids, version: fc.integer({ min: 1, max: 9 }) }) },
);
export const batch = fc.array(steps, { minLength: 1, maxLength: 8 });
export const batches = fc.array(batch, { maxLength: 8 });

export function changesOf(batch: readonly Step[]): IndexChanges {
  return {
    upserts: batch.flatMap((step) => ("upsert" in step ? [step.upsert] : [])),
    deletes: batch.flatMap((step) => ("delete" in step ? [{ adId: adId(step.delete), version: step.version }] : [])),
  };
}

/** Everything a request can see, without the version. */
export async function answersOf(
  snapshot: AdIndexSnapshot,
  ads: readonly SampleAd[],
  filter: AdFilter,
  query: readonly number[],
) {
  const wantedIds = IdColumn.from(ads.map(({ document }) => document.adId));
  const { columns } = snapshot.forwardColumns({ ids: wantedIds, columns: FORWARD_COLUMN_NAMES });
  const { targeted, eligible, dropped } = snapshot.matchTargeting(filter);
  return {
    match: { targeted, eligible, dropped },
    vectors: scoredOf(await searchVectors(snapshot, filter, query, 20)),
    words: scoredOf(snapshot.searchKeywords({ words: ["coffee", "red"], filter, limit: 20 })),
    columns: FORWARD_COLUMN_NAMES.map((name) =>
      Array.from({ length: wantedIds.length }, (_, row) => columns[name].at(row)),
    ),
    records: (await snapshot.forwardRecords(wantedIds, new AbortController().signal)).found.map(
      ({ adId: id, version }) => [id, version],
    ),
  };
}

/** The rule of versions, by definition: the newest change of an ad counts, a deletion before an upsert of its version. */
export class Model {
  private readonly held = new Map<number, { readonly version: number; readonly ad: SampleAd | undefined }>();

  constructor(ads: readonly SampleAd[]) {
    for (const ad of ads) this.held.set(ad.document.adId, { version: ad.document.version, ad });
  }

  get ads(): readonly SampleAd[] {
    return [...this.held.values()].flatMap(({ ad }) => (ad === undefined ? [] : [ad]));
  }

  get deletions(): readonly DocumentDelete[] {
    return [...this.held].flatMap(([id, { version, ad }]) => (ad === undefined ? [{ adId: adId(id), version }] : []));
  }

  apply(batch: readonly Step[]): void {
    const deletesFirst = batch.toSorted((left, right) => Number("upsert" in left) - Number("upsert" in right));
    for (const step of deletesFirst) {
      const id = "upsert" in step ? step.upsert.document.adId : step.delete;
      const version = "upsert" in step ? step.upsert.document.version : step.version;
      if (version > (this.held.get(id)?.version ?? 0))
        this.held.set(id, { version, ad: "upsert" in step ? step.upsert : undefined });
    }
  }
}
