import type { AdDocument, AdId } from "@tenon/ads-model";
import type { DocumentDelete } from "../../host.ts";
import { requireFew } from "./limits.ts";
import { answerOf, collected, collectedCount, type RecordEntry, withDeletion, withDocument } from "./record-entry.ts";
import type { RecordAnswer, RecordChangeReport, RecordClock, RecordKey, RecordStore } from "./record-store.ts";

/** Records on the heap of one process: as large as its ads, and gone with it. */
export class MemoryRecords implements RecordStore {
  readonly #entries = new Map<AdId, RecordEntry>();
  readonly #nowMs: () => number;

  constructor({ nowMs = Date.now }: RecordClock = {}) {
    this.#nowMs = nowMs;
  }

  async get(keys: readonly RecordKey[], signal?: AbortSignal): Promise<RecordAnswer> {
    signal?.throwIfAborted();
    requireFew("records", keys);
    return answerOf(keys, ({ adId }) => this.#entries.get(adId));
  }

  async put(documents: readonly AdDocument[]): Promise<RecordChangeReport> {
    requireFew("documents", documents);
    const nowMs = this.#nowMs();
    return this.#change(documents, (entry, document) => withDocument(entry, document, nowMs));
  }

  async delete(deletes: readonly DocumentDelete[]): Promise<RecordChangeReport> {
    requireFew("deletes", deletes);
    const nowMs = this.#nowMs();
    return this.#change(deletes, (entry, { version }) => withDeletion(entry, version, nowMs));
  }

  async collect(): Promise<number> {
    const nowMs = this.#nowMs();
    let count = 0;
    for (const [adId, entry] of this.#entries) {
      const kept = collected(entry, nowMs);
      if (kept === entry) continue;
      count += collectedCount(entry, kept);
      if (kept === undefined) this.#entries.delete(adId);
      else this.#entries.set(adId, kept);
    }
    return count;
  }

  async close(): Promise<void> {
    this.#entries.clear();
  }

  #change<Change extends { readonly adId: AdId }>(
    changes: readonly Change[],
    changed: (entry: RecordEntry | undefined, change: Change) => RecordEntry | undefined,
  ): RecordChangeReport {
    const stale: AdId[] = [];
    for (const change of changes) {
      const entry = changed(this.#entries.get(change.adId), change);
      if (entry === undefined) stale.push(change.adId);
      else this.#entries.set(change.adId, entry);
    }
    return { appliedCount: changes.length - stale.length, stale };
  }
}
