import type { AdId } from "@tenon/ads-model";
import type { RecordEntry } from "./record-entry.ts";

export interface CachedEntry {
  /** `undefined`: the store did not know the ad. */
  readonly entry: RecordEntry | undefined;
  readonly fetchedAtMs: number;
  readonly bytes: number;
}

/** What a cached entry costs besides its value: map, object, arrays. */
const OVERHEAD_BYTES = 200;

/** Entries read last, up to a number of bytes. */
export class RecordCache {
  readonly #bytesMax: number;
  /** Least recently used first. */
  readonly #entries = new Map<AdId, CachedEntry>();
  #bytes = 0;

  /** @param bytesMax by the encoded size of the entries; decoded they take about three times as much */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(adId: AdId): CachedEntry | undefined {
    const cached = this.#entries.get(adId);
    if (cached === undefined) return undefined;
    this.#entries.delete(adId);
    this.#entries.set(adId, cached);
    return cached;
  }

  set(adId: AdId, cached: Omit<CachedEntry, "bytes">, valueBytes: number): void {
    this.remove(adId);
    const bytes = valueBytes + OVERHEAD_BYTES;
    this.#entries.set(adId, { ...cached, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#bytesMax) break;
      this.remove(oldest);
    }
  }

  remove(adId: AdId): void {
    this.#bytes -= this.#entries.get(adId)?.bytes ?? 0;
    this.#entries.delete(adId);
  }
}
