import type { AdDocument, AdId } from "@tenon/ads-model";
import type { DocumentDelete } from "../../host.ts";
import { decodeEntry, encodeEntry } from "./entry-codec.ts";
import { recordsFailed } from "./errors.ts";
import type { KeyValueStore } from "./key-value-store.ts";
import { requireFew } from "./limits.ts";
import { RecordCache } from "./record-cache.ts";
import {
  answerOf,
  collected,
  collectedCount,
  documentAt,
  type RecordEntry,
  withDeletion,
  withDocument,
} from "./record-entry.ts";
import { type Deadline, RecordFlights, recordKeyText, untilAborted, withDeadline } from "./record-flights.ts";
import type { RecordAnswer, RecordChangeReport, RecordClock, RecordKey, RecordStore } from "./record-store.ts";

/** Writes at once: enough to hide the distance, few enough to leave the store to readers. */
const WRITES_AT_ONCE = 32;
/** Tries of one write, of which each but the last lost against another writer of the same ad. */
const WRITE_TRIES_MAX = 8;
/** Keys looked at per page while collecting. */
const COLLECT_KEYS = 500;

export interface KeyValueRecordsOptions extends RecordClock {
  /** Encoded bytes kept in this process; default 64 MiB. */
  readonly cacheBytesMax?: number;
  /** How long a cached entry is trusted to be the newest; one that holds the wanted version is right for ever. Default 60 s. */
  readonly trustedMs?: number;
  /** How long "not there" and "not at this version" are believed; default 1 s. */
  readonly absentMs?: number;
  /** Longest call to the store; default 50 ms. */
  readonly timeoutMs?: number;
  readonly deadline?: Deadline;
}

/**
 * Records in a key-value store outside, one key per ad, with a cache in this process: a server starts without loading them.
 * A wanted ad is read by one call at a time, whoever asks for it; failures are not kept.
 */
export class KeyValueRecords implements RecordStore {
  readonly #store: KeyValueStore;
  readonly #cache: RecordCache;
  readonly #flights: RecordFlights;
  readonly #settings: Required<Omit<KeyValueRecordsOptions, "cacheBytesMax">>;

  constructor(store: KeyValueStore, options: KeyValueRecordsOptions = {}) {
    const { cacheBytesMax = 64 * 2 ** 20, trustedMs = 60_000, absentMs = 1_000, timeoutMs = 50 } = options;
    const { nowMs = Date.now, deadline = (ms: number) => AbortSignal.timeout(ms) } = options;
    this.#store = store;
    this.#settings = { trustedMs, absentMs, timeoutMs, nowMs, deadline };
    this.#cache = new RecordCache(cacheBytesMax);
    this.#flights = new RecordFlights(store, {
      ...{ timeoutMs, deadline },
      fetched: (adId, { entry, valueBytes }) => this.#cache.set(adId, { entry, fetchedAtMs: nowMs() }, valueBytes),
    });
  }

  async get(keys: readonly RecordKey[], signal?: AbortSignal): Promise<RecordAnswer> {
    signal?.throwIfAborted();
    requireFew("records", keys);
    const known = new Map<AdId, RecordEntry | undefined>();
    const unknown: AdId[] = [];
    for (const key of keys) {
      const cached = this.#cached(key);
      if (cached === undefined) unknown.push(key.adId);
      else known.set(key.adId, cached.entry);
    }
    const fetched = unknown.length === 0 ? undefined : await untilAborted(this.#flights.read(unknown), signal);
    return answerOf(keys, ({ adId }) => (fetched?.has(adId) ? fetched.get(adId) : known.get(adId)));
  }

  async put(documents: readonly AdDocument[]): Promise<RecordChangeReport> {
    requireFew("documents", documents);
    const nowMs = this.#settings.nowMs();
    return this.#change(documents, (entry, document) => withDocument(entry, document, nowMs));
  }

  async delete(deletes: readonly DocumentDelete[]): Promise<RecordChangeReport> {
    requireFew("deletes", deletes);
    const nowMs = this.#settings.nowMs();
    return this.#change(deletes, (entry, { version }) => withDeletion(entry, version, nowMs));
  }

  async collect(): Promise<number> {
    const nowMs = this.#settings.nowMs();
    let count = 0;
    for (let after: string | undefined = ""; after !== undefined; ) {
      const from: string = after;
      const page: readonly string[] = await this.#call((signal) => this.#store.keysAfter(from, COLLECT_KEYS, signal));
      const adIds = page.filter((key) => key.startsWith("record/")).map((key) => Number(key.slice(7)) as AdId);
      await inParallel(adIds, async (adId) => {
        let before: RecordEntry | undefined;
        const wasWritten = await this.#write(adId, (entry) => {
          before = entry;
          return entry === undefined ? entry : collected(entry, nowMs);
        });
        if (wasWritten && before !== undefined) count += collectedCount(before, collected(before, nowMs));
      });
      after = page.at(-1);
    }
    return count;
  }

  async close(): Promise<void> {}

  /** An entry that answers for the key without asking the store. */
  #cached({ adId, version }: RecordKey): { readonly entry: RecordEntry | undefined } | undefined {
    const cached = this.#cache.get(adId);
    if (cached === undefined) return undefined;
    const { trustedMs, absentMs, nowMs } = this.#settings;
    const ageMs = nowMs() - cached.fetchedAtMs;
    // Older than that it is let go, so that what was deleted or collected does not live on here for ever.
    if (ageMs >= trustedMs) this.#cache.remove(adId);
    else if (documentAt(cached.entry, version) !== undefined || ageMs < absentMs) return cached;
    return undefined;
  }

  async #change<Change extends { readonly adId: AdId }>(
    changes: readonly Change[],
    changed: (entry: RecordEntry | undefined, change: Change) => RecordEntry | undefined,
  ): Promise<RecordChangeReport> {
    const stale: AdId[] = [];
    // Changes of one ad one after the other: side by side they would only lose against each other.
    await inParallel([...Map.groupBy(changes, ({ adId }) => adId)], async ([adId, own]) => {
      for (const change of own) {
        const isApplied = await this.#write(adId, (entry) => changed(entry, change) ?? entry);
        if (!isApplied) stale.push(adId);
      }
    });
    const order = new Map(changes.map(({ adId }, at) => [adId, at]));
    stale.sort((left, right) => (order.get(left) ?? 0) - (order.get(right) ?? 0));
    return { appliedCount: changes.length - stale.length, stale };
  }

  /** Reads, changes and writes an entry, again where another writer was first. False when nothing was to be changed. */
  async #write(adId: AdId, changed: (entry: RecordEntry | undefined) => RecordEntry | undefined): Promise<boolean> {
    const key = recordKeyText(adId);
    for (let tries = 0; tries < WRITE_TRIES_MAX; tries++) {
      const [stored] = await this.#call((signal) => this.#store.getMany([key], signal));
      const before = stored && decodeEntry(stored.value, adId, this.#store.name);
      const after = changed(before);
      if (after === before) return false;
      const value = after && encodeEntry(after);
      const write = { key, value, token: stored?.token };
      if (!(await this.#call((signal) => this.#store.compareAndSet(write, signal)))) continue;
      this.#flights.forget(adId);
      this.#cache.set(adId, { entry: after, fetchedAtMs: this.#settings.nowMs() }, value?.length ?? 0);
      return true;
    }
    throw recordsFailed(this.#store.name, `ad ${adId} was written by others ${WRITE_TRIES_MAX} times in a row`);
  }

  #call<Result>(call: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const { deadline, timeoutMs } = this.#settings;
    return withDeadline(this.#store.name, deadline(timeoutMs), timeoutMs, call);
  }
}

async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: WRITES_AT_ONCE }, worker));
}
