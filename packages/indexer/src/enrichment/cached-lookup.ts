/**
 * Look-ups in an outside service, behind a cache: what handlers enrich documents with.
 *
 * L1 However many ask for a key at once, the service is asked once.
 * L2 What the service does not know is remembered, too, for a shorter time; that it failed, for a moment. A failure is never an
 *    answer: it is thrown, and the node's policy decides.
 * L3 One that asks no more does not end the asking for the others.
 */
import type { HostClock } from "@tenon/graph-core";
import { LRUCache } from "lru-cache";
import { indexerError } from "../indexer-error.ts";

export interface CachedLookupOptions<Value> {
  /** Names the service in errors and metrics. */
  readonly name: string;
  /** Undefined when the service knows nothing of the key. The signal aborts after `timeoutMs`. */
  readonly fetch: (key: string, signal: AbortSignal) => Promise<Value | undefined>;
  readonly clock: HostClock;
  /** Entries kept, found or not; those used longest ago go first. */
  readonly entriesMax: number;
  readonly ttlMs: number;
  /** How long it is remembered that the service knows nothing of a key. */
  readonly unknownTtlMs: number;
  /** How long a failure is answered with the same failure. */
  readonly failureTtlMs: number;
  readonly timeoutMs: number;
  /** Requests to the service at once; further ones wait. */
  readonly asksMax: number;
  /** Asks that may wait; one more fails at once, so that a slow service cannot fill the memory. */
  readonly waitingMax: number;
}

export interface LookupCounts {
  readonly hits: number;
  readonly asks: number;
  readonly unknown: number;
  readonly failures: number;
  readonly entries: number;
}

type Outcome<Value> = { readonly value: Value | undefined } | { readonly failure: Error };

export class CachedLookup<Value> {
  readonly #options: CachedLookupOptions<Value>;
  readonly #cache: LRUCache<string, Outcome<Value>>;
  readonly #asking = new Map<string, Promise<Outcome<Value>>>();
  readonly #waiting: (() => void)[] = [];
  #asksNow = 0;
  #hits = 0;
  #asks = 0;
  #unknown = 0;
  #failures = 0;

  constructor(options: CachedLookupOptions<Value>) {
    this.#options = options;
    const { entriesMax: max, ttlMs: ttl, clock } = options;
    // The host's clock decides what is old; the cache would take its own, and round it.
    this.#cache = new LRUCache({ max, ttl, ttlResolution: 0, perf: { now: () => clock.monotonicMs() + 1 } });
  }

  get counts(): LookupCounts {
    const facts = { hits: this.#hits, asks: this.#asks, unknown: this.#unknown, failures: this.#failures };
    return { ...facts, entries: this.#cache.size };
  }

  /** The value now, or undefined when the service does not know the key. @throws GraphError TENON1654 */
  async get(key: string, signal: AbortSignal): Promise<Value | undefined> {
    signal.throwIfAborted();
    const known = this.#cache.get(key);
    if (known !== undefined) this.#hits++;
    const outcome = known ?? (await abandonable(this.#asking.get(key) ?? this.#ask(key), signal));
    if ("failure" in outcome) throw outcome.failure;
    return outcome.value;
  }

  #ask(key: string): Promise<Outcome<Value>> {
    const asked = this.#askInTurn(key).then((outcome) => {
      this.#cache.set(key, outcome, { ttl: this.#ttlOf(outcome) });
      this.#asking.delete(key);
      return outcome;
    });
    this.#asking.set(key, asked);
    return asked;
  }

  #ttlOf(outcome: Outcome<Value>): number {
    const { ttlMs, unknownTtlMs, failureTtlMs } = this.#options;
    if ("failure" in outcome) return failureTtlMs;
    return outcome.value === undefined ? unknownTtlMs : ttlMs;
  }

  async #askInTurn(key: string): Promise<Outcome<Value>> {
    const { asksMax, waitingMax, name } = this.#options;
    if (this.#asksNow >= asksMax) {
      if (this.#waiting.length >= waitingMax)
        return this.#failed(key, `${waitingMax} look-ups in "${name}" wait already`);
      await new Promise<void>((turn) => this.#waiting.push(turn));
    }
    this.#asksNow++;
    this.#asks++;
    try {
      const value = await this.#inTime(key);
      if (value === undefined) this.#unknown++;
      return { value };
    } catch (error) {
      return this.#failed(key, (error as Error).message, error);
    } finally {
      this.#asksNow--;
      this.#waiting.shift()?.();
    }
  }

  /** The service's answer, or a failure after `timeoutMs`, whether or not it minds the signal. */
  #inTime(key: string): Promise<Value | undefined> {
    const { fetch, clock, timeoutMs } = this.#options;
    const late = new AbortController();
    const takeBack = clock.after(timeoutMs, () => late.abort(new Error(`no answer within ${timeoutMs} ms`)));
    const asked = Promise.resolve().then(() => fetch(key, late.signal));
    return abandonable(asked, late.signal).finally(takeBack);
  }

  #failed(key: string, detail: string, cause?: unknown): Outcome<Value> {
    this.#failures++;
    const { name, failureTtlMs } = this.#options;
    const failure = indexerError("lookupFailed", `look-up of "${key}" in "${name}" failed`, {
      detail,
      hint: `see whether the service answers; it is asked again after ${failureTtlMs} ms`,
      cause,
    });
    return { failure };
  }
}

/** Settles as the promise does, or rejects as soon as the signal aborts; the promise goes on for others. */
function abandonable<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abandon = () => reject(signal.reason);
    signal.addEventListener("abort", abandon, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abandon));
  });
}
