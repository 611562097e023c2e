/** Reduces a change batch to one change per ad. */
import type { AdId } from "@tenon/ads-model";
import type { DocumentDelete, DocumentUpsert } from "../host.ts";

export interface Change {
  readonly adId: AdId;
  readonly version: number;
  /** Absent: the ad is deleted. */
  readonly upsert: DocumentUpsert | undefined;
}

/** The newest change per ad, and the ads of the others. At equal versions a deletion wins, then the earlier in the batch. */
export function newestChanges(
  upserts: readonly DocumentUpsert[],
  deletes: readonly DocumentDelete[],
): { readonly newest: readonly Change[]; readonly stale: AdId[] } {
  const newest = new Map<AdId, Change>();
  const stale: AdId[] = [];
  const add = (change: Change) => {
    const known = newest.get(change.adId);
    if (known !== undefined) stale.push(change.adId);
    if (known === undefined || change.version > known.version) newest.set(change.adId, change);
  };
  for (const { adId, version } of deletes) add({ adId, version, upsert: undefined });
  for (const upsert of upserts) add({ adId: upsert.document.adId, version: upsert.document.version, upsert });
  return { newest: [...newest.values()], stale };
}
