/**
 * Documents by ad and version, for the few winners of a request.
 *
 * D1 A record is asked for at the version that the request's snapshot holds. What is found is of that version; a store that has
 *    another one says `stale`, and one that has none says `missing`. Nothing is guessed.
 * D2 Versions decide: an older document never replaces a newer one, and a deletion outlives late arrivals.
 * D3 A replaced version stays readable for {@link REPLACED_KEPT_MS}, so that requests under way find what their snapshot names.
 *    An ad that changes more than {@link RECORD_VERSIONS_MAX} times within that loses the oldest: it is reported as stale.
 *
 * Records are put before the index applies the same change: a snapshot then never names a record that is not there yet. A store
 * belongs to one base and its changes; a base that is rolled back to has, or is given, a store of its own.
 */
import type { AdDocument, AdId } from "@tenon/ads-model";
import type { DocumentDelete } from "../../host.ts";

/** Most keys of one read, and most documents of one write. */
export const RECORD_KEYS_MAX = 1_000;
/** Versions kept per ad, the newest among them. */
export const RECORD_VERSIONS_MAX = 4;
/** How long a replaced version stays: far longer than a request may take. */
export const REPLACED_KEPT_MS = 60_000;
/** How long a deletion is remembered: longer than the change feed may be behind, or be replayed. */
export const TOMBSTONE_KEPT_MS = 7 * 86_400_000;

export interface RecordKey {
  readonly adId: AdId;
  /** The document version that the snapshot holds: its forward column `documentVersion`. */
  readonly version: number;
}

export interface StaleRecord extends RecordKey {
  /** The newest version that the store holds; older than `version` where the store is behind. */
  readonly newestVersion: number;
}

/** Every key is in exactly one of the three, each in the order of the keys. */
export interface RecordAnswer {
  readonly found: readonly AdDocument[];
  readonly stale: readonly StaleRecord[];
  /** Ads that the store does not know, or knows as deleted. */
  readonly missing: readonly AdId[];
}

/** applied + stale = sent. */
export interface RecordChangeReport {
  readonly appliedCount: number;
  /** Ads whose change was not newer than what the store holds: repeats and late arrivals. */
  readonly stale: readonly AdId[];
}

/**
 * Errors of every method: TENON1432 the store failed or took too long (category `resource`), TENON1433 too many keys, documents or
 * reads at once (`input`), TENON1434 a stored value is no record (`resource`).
 */
export interface RecordStore {
  /** Rejects with the signal's reason once it is aborted. */
  get(keys: readonly RecordKey[], signal?: AbortSignal): Promise<RecordAnswer>;
  /** Resolved when the documents are as durable as the store makes them. */
  put(documents: readonly AdDocument[]): Promise<RecordChangeReport>;
  delete(deletes: readonly DocumentDelete[]): Promise<RecordChangeReport>;
  /** Removes what D3 and {@link TOMBSTONE_KEPT_MS} no longer ask for; returns how many versions and deletions went. */
  collect(): Promise<number>;
  close(): Promise<void>;
}

/** What every store is told about time, in milliseconds since the epoch. */
export interface RecordClock {
  readonly nowMs?: () => number;
}
