/** Entries as JSON bytes: any store holds them, and people can read them. */
import { noRecord } from "./errors.ts";
import type { RecordEntry } from "./record-entry.ts";
import { RECORD_VERSIONS_MAX } from "./record-store.ts";

export function encodeEntry(entry: RecordEntry): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(entry));
}

/**
 * Checks what other writers could have mixed up: whose entry it is, and which versions. Documents were checked when they were built.
 *
 * @throws GraphError TENON1434
 */
export function decodeEntry(bytes: Uint8Array, adId: number, store: string): RecordEntry {
  let entry: RecordEntry;
  try {
    entry = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as RecordEntry;
  } catch (cause) {
    throw noRecord(store, adId, "it is no JSON", cause);
  }
  const problem = problemOf(entry, adId);
  if (problem !== undefined) throw noRecord(store, adId, problem);
  return entry;
}

function problemOf(entry: RecordEntry | null, adId: number): string | undefined {
  if (!Number.isSafeInteger(entry?.newest) || !Array.isArray(entry?.versions)) return "it has no versions";
  if (entry.versions.length > RECORD_VERSIONS_MAX) return `it has ${entry.versions.length} versions`;
  for (const { version, document } of entry.versions) {
    if (document?.adId !== adId) return `it holds a document of ad ${document?.adId}`;
    if (document.version !== version) return `version ${version} holds a document of version ${document.version}`;
  }
  return undefined;
}
