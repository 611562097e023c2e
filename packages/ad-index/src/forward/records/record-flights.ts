/** Reads under way: whoever wants an ad that is being read waits for that read. */
import type { AdId } from "@tenon/ads-model";
import { decodeEntry } from "./entry-codec.ts";
import { recordsFailed, tooManyRecords } from "./errors.ts";
import type { KeyValueStore } from "./key-value-store.ts";
import type { RecordEntry } from "./record-entry.ts";

/** Keys of one call to the store: more would make one slow answer hold up many ads. */
const KEYS_PER_CALL_MAX = 128;
/** Calls at once; beyond it reads are refused, because a queue before a slow store only grows. */
export const CALLS_MAX = 64;

export interface FetchedEntry {
  readonly entry: RecordEntry | undefined;
  readonly valueBytes: number;
}

/** Signals that abort after so many milliseconds. */
export type Deadline = (ms: number) => AbortSignal;

export interface FlightOptions {
  readonly timeoutMs: number;
  readonly deadline: Deadline;
  /** Told what was read, unless the ad was written meanwhile. */
  readonly fetched: (adId: AdId, fetched: FetchedEntry) => void;
}

export function recordKeyText(adId: AdId): string {
  return `record/${adId}`;
}

export class RecordFlights {
  readonly #store: KeyValueStore;
  readonly #options: FlightOptions;
  readonly #flights = new Map<AdId, Promise<FetchedEntry>>();
  #calls = 0;

  constructor(store: KeyValueStore, options: FlightOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Entries of the ads, each read by one call, whoever else wants it. @throws GraphError TENON1432, TENON1433, TENON1434 */
  async read(adIds: readonly AdId[]): Promise<ReadonlyMap<AdId, RecordEntry | undefined>> {
    const wanted = [...new Set(adIds)];
    const grounded = wanted.filter((adId) => !this.#flights.has(adId));
    for (let at = 0; at < grounded.length; at += KEYS_PER_CALL_MAX) {
      this.#start(grounded.slice(at, at + KEYS_PER_CALL_MAX));
    }
    const fetched = await Promise.all(wanted.map((adId) => this.#flights.get(adId)));
    return new Map(wanted.map((adId, at) => [adId, fetched[at]?.entry]));
  }

  /** The ad was written: what a read under way brings is old, and is not kept. */
  forget(adId: AdId): void {
    this.#flights.delete(adId);
  }

  #start(adIds: readonly AdId[]): void {
    if (this.#calls >= CALLS_MAX) throw tooManyRecords("reads of the record store", this.#calls + 1, CALLS_MAX);
    this.#calls++;
    const call = this.#fetch(adIds).finally(() => this.#calls--);
    for (const [at, adId] of adIds.entries()) {
      const flight = call.then((values) => this.#decoded(adId, values[at]));
      this.#flights.set(adId, flight);
      flight
        .then((fetched) => {
          if (this.#flights.get(adId) === flight) this.#options.fetched(adId, fetched);
        })
        // Those who wait are told; the next one tries again.
        .catch(() => undefined)
        .finally(() => {
          if (this.#flights.get(adId) === flight) this.#flights.delete(adId);
        });
    }
  }

  async #fetch(adIds: readonly AdId[]): Promise<readonly (Uint8Array | undefined)[]> {
    const { name } = this.#store;
    const { timeoutMs, deadline } = this.#options;
    const stored = await withDeadline(name, deadline(timeoutMs), timeoutMs, (signal) =>
      this.#store.getMany(adIds.map(recordKeyText), signal),
    );
    if (stored.length === adIds.length) return stored.map((one) => one?.value);
    throw recordsFailed(name, `${stored.length} answers to ${adIds.length} keys`);
  }

  #decoded(adId: AdId, value: Uint8Array | undefined): FetchedEntry {
    if (value === undefined) return { entry: undefined, valueBytes: 0 };
    return { entry: decodeEntry(value, adId, this.#store.name), valueBytes: value.length };
  }
}

/** A call to the store that ends in time, also when the store does not listen to the signal. @throws GraphError TENON1432 */
export async function withDeadline<Result>(
  store: string,
  signal: AbortSignal,
  timeoutMs: number,
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  try {
    return await untilAborted(call(signal), signal);
  } catch (cause) {
    throw recordsFailed(store, signal.aborted ? `no answer within ${timeoutMs} ms` : "the call failed", cause);
  }
}

/** Rejects with the signal's reason once it is aborted; the work goes on for others. */
export function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return work;
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  return promise;
}
