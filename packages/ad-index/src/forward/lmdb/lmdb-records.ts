import type { AdDocument, AdId } from "@tenon/ads-model";
import { type Database, open } from "lmdb";
import type { DocumentDelete } from "../../host.ts";
import { noRecord, recordsFailed } from "../records/errors.ts";
import { requireFew } from "../records/limits.ts";
import {
  answerOf,
  collected,
  collectedCount,
  type RecordEntry,
  withDeletion,
  withDocument,
} from "../records/record-entry.ts";
import type { RecordAnswer, RecordChangeReport, RecordClock, RecordKey, RecordStore } from "../records/record-store.ts";

/** Ads looked at per transaction while collecting: writers wait for one page at most. */
const COLLECT_ADS = 1_000;

export interface LmdbRecordsOptions extends RecordClock {
  /** A folder of its own, made if it is not there. */
  readonly folder: string;
}

/**
 * Records in a memory-mapped file (lmdb): durable, shared by the processes of a machine. A batch is one transaction, so that a
 * process that is killed leaves all of it or nothing. Reads decode, at about 3 microseconds a document, on the calling thread.
 */
export class LmdbRecords implements RecordStore {
  readonly #database: Database<RecordEntry, number>;
  readonly #name: string;
  readonly #nowMs: () => number;

  constructor({ folder, nowMs = Date.now }: LmdbRecordsOptions) {
    this.#name = `folder "${folder}"`;
    this.#nowMs = nowMs;
    try {
      this.#database = open<RecordEntry, number>({
        ...{ path: folder, noSubdir: false, encoding: "msgpack" },
        // Names of fields are stored once, not in every document: half the bytes, and less to decode.
        sharedStructuresKey: Symbol.for("structures"),
      });
    } catch (cause) {
      throw recordsFailed(this.#name, "it cannot be opened", cause);
    }
  }

  async get(keys: readonly RecordKey[], signal?: AbortSignal): Promise<RecordAnswer> {
    signal?.throwIfAborted();
    requireFew("records", keys);
    return answerOf(keys, ({ adId }) => this.#entry(adId));
  }

  put(documents: readonly AdDocument[]): Promise<RecordChangeReport> {
    requireFew("documents", documents);
    const nowMs = this.#nowMs();
    return this.#change(documents, (entry, document) => withDocument(entry, document, nowMs));
  }

  delete(deletes: readonly DocumentDelete[]): Promise<RecordChangeReport> {
    requireFew("deletes", deletes);
    const nowMs = this.#nowMs();
    return this.#change(deletes, (entry, { version }) => withDeletion(entry, version, nowMs));
  }

  async collect(): Promise<number> {
    const nowMs = this.#nowMs();
    let count = 0;
    for (let after: number | undefined = 0; after !== undefined; ) {
      const page: readonly number[] = [...this.#database.getKeys({ start: after + 1, limit: COLLECT_ADS })];
      await this.#transaction(() => {
        for (const adId of page) count += this.#collect(adId, nowMs);
      });
      after = page.at(-1);
    }
    return count;
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  #collect(adId: number, nowMs: number): number {
    const entry = this.#entry(adId);
    const kept = entry && collected(entry, nowMs);
    if (entry === undefined || kept === entry) return 0;
    if (kept === undefined) this.#database.removeSync(adId);
    else this.#database.putSync(adId, kept);
    return collectedCount(entry, kept);
  }

  async #change<Change extends { readonly adId: AdId }>(
    changes: readonly Change[],
    changed: (entry: RecordEntry | undefined, change: Change) => RecordEntry | undefined,
  ): Promise<RecordChangeReport> {
    const stale: AdId[] = [];
    await this.#transaction(() => {
      for (const change of changes) {
        const entry = changed(this.#entry(change.adId), change);
        if (entry === undefined) stale.push(change.adId);
        else this.#database.putSync(change.adId, entry);
      }
    });
    return { appliedCount: changes.length - stale.length, stale };
  }

  #entry(adId: number): RecordEntry | undefined {
    try {
      return this.#database.get(adId);
    } catch (cause) {
      throw noRecord(this.#name, adId, "it cannot be decoded", cause);
    }
  }

  /** Done when the disk has it. */
  async #transaction(work: () => void): Promise<void> {
    try {
      await this.#database.transaction(work);
      await this.#database.flushed;
    } catch (cause) {
      throw recordsFailed(this.#name, "the write was refused", cause);
    }
  }
}
