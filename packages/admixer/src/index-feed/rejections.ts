/** Messages of the feeds that could not be used: counted, named, the latest kept for whoever looks. */
import type { GraphError } from "@tenon/graph-core";

/** Kept, the latest. */
const REJECTIONS_MAX = 100;
/** Ads known to be missing or old for a rejection; beyond it coverage is an upper bound. */
const REJECTED_ADS_MAX = 10_000;

export interface Rejection {
  readonly topic: string;
  readonly offset: number;
  readonly key: string;
  readonly adId: number | null;
  readonly code: string;
  readonly message: string;
  readonly detail: string | null;
  readonly atMs: number;
}

export class Rejections {
  readonly #nowMs: () => number;
  readonly #onTrouble: (message: string, error: unknown) => void;
  readonly #kept: Rejection[] = [];
  readonly #ads = new Set<number>();
  #count = 0;

  constructor(nowMs: () => number, onTrouble: (message: string, error: unknown) => void) {
    this.#nowMs = nowMs;
    this.#onTrouble = onTrouble;
  }

  get count(): number {
    return this.#count;
  }

  /** Ads whose newest change was rejected, at most 10,000. */
  get adCount(): number {
    return this.#ads.size;
  }

  /** Newest first. */
  latest(): readonly Rejection[] {
    return this.#kept.toReversed();
  }

  add(at: Pick<Rejection, "topic" | "offset" | "key" | "adId">, error: GraphError): void {
    this.#count++;
    this.#onTrouble(`record ${at.offset} of ${at.topic} is left out`, error);
    this.#kept.push({
      ...at,
      code: error.code,
      message: error.message,
      detail: error.detail ?? null,
      atMs: this.#nowMs(),
    });
    if (this.#kept.length > REJECTIONS_MAX) this.#kept.shift();
    if (at.adId !== null && this.#ads.size < REJECTED_ADS_MAX) this.#ads.add(at.adId);
  }

  /** A later change of the ad was taken. */
  mended(adId: number): void {
    this.#ads.delete(adId);
  }
}
