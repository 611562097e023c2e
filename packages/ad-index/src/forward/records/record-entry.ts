/** All that a store keeps of one ad, and what becomes of it: the same for every store. */
import type { AdDocument } from "@tenon/ads-model";
import {
  RECORD_VERSIONS_MAX,
  REPLACED_KEPT_MS,
  type RecordAnswer,
  type RecordKey,
  type StaleRecord,
  TOMBSTONE_KEPT_MS,
} from "./record-store.ts";

interface RecordVersion {
  readonly version: number;
  readonly document: AdDocument;
  /** When a newer version, or a deletion, came; `null` for the newest. */
  readonly replacedAtMs: number | null;
}

export interface RecordEntry {
  /** The newest version that was put or deleted. */
  readonly newest: number;
  /** When the ad was deleted; `null` while it lives. */
  readonly deletedAtMs: number | null;
  /** Newest first, at most {@link RECORD_VERSIONS_MAX}. */
  readonly versions: readonly RecordVersion[];
}

/** The entry with a newer document; `undefined` when the document is not newer (D2). */
export function withDocument(
  entry: RecordEntry | undefined,
  document: AdDocument,
  nowMs: number,
): RecordEntry | undefined {
  const { version } = document;
  if (entry !== undefined && version <= entry.newest) return undefined;
  const versions = [{ version, document, replacedAtMs: null }, ...keptVersions(replaced(entry, nowMs), nowMs)];
  return { newest: version, deletedAtMs: null, versions: versions.slice(0, RECORD_VERSIONS_MAX) };
}

/** The entry with a newer deletion; `undefined` when the deletion is not newer. */
export function withDeletion(entry: RecordEntry | undefined, version: number, nowMs: number): RecordEntry | undefined {
  if (entry !== undefined && version <= entry.newest) return undefined;
  return { newest: version, deletedAtMs: nowMs, versions: keptVersions(replaced(entry, nowMs), nowMs) };
}

/** The entry without what nobody needs any more: itself when that is nothing, `undefined` when that is all of it. */
export function collected(entry: RecordEntry, nowMs: number): RecordEntry | undefined {
  if (entry.deletedAtMs !== null && entry.deletedAtMs + TOMBSTONE_KEPT_MS <= nowMs) return undefined;
  const versions = keptVersions(entry.versions, nowMs);
  return versions.length === entry.versions.length ? entry : { ...entry, versions };
}

/** Versions and deletions that went from one entry to the other. */
export function collectedCount(before: RecordEntry, after: RecordEntry | undefined): number {
  return before.versions.length - (after?.versions.length ?? 0) + (after === undefined ? 1 : 0);
}

/** The document of exactly that version. */
export function documentAt(entry: RecordEntry | undefined, version: number): AdDocument | undefined {
  return entry?.versions.find((kept) => kept.version === version)?.document;
}

/** Sorts the keys into found, stale and missing (D1). */
export function answerOf(
  keys: readonly RecordKey[],
  entryOf: (key: RecordKey) => RecordEntry | undefined,
): RecordAnswer {
  const found: AdDocument[] = [];
  const stale: StaleRecord[] = [];
  const missing: RecordKey["adId"][] = [];
  for (const key of keys) {
    const entry = entryOf(key);
    const document = documentAt(entry, key.version);
    if (document !== undefined) found.push(document);
    else if (entry === undefined || entry.deletedAtMs !== null) missing.push(key.adId);
    else stale.push({ ...key, newestVersion: entry.newest });
  }
  return { found, stale, missing };
}

function replaced(entry: RecordEntry | undefined, nowMs: number): readonly RecordVersion[] {
  return (entry?.versions ?? []).map((kept) => (kept.replacedAtMs === null ? { ...kept, replacedAtMs: nowMs } : kept));
}

function keptVersions(versions: readonly RecordVersion[], nowMs: number): readonly RecordVersion[] {
  return versions.filter(({ replacedAtMs }) => replacedAtMs === null || replacedAtMs + REPLACED_KEPT_MS > nowMs);
}
