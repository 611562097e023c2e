/** How many records the next pull may bring: more while the log is ahead, fewer once it is not. */
export interface BatchBounds {
  readonly recordsMin: number;
  readonly recordsMax: number;
  readonly bytesMax: number;
}

/** A low batch may hold up the event loop for a few milliseconds only: urgent work shares it. */
export const BATCH_BOUNDS: Readonly<Record<"high" | "medium" | "low", BatchBounds>> = {
  high: { recordsMin: 500, recordsMax: 20_000, bytesMax: 8 * 2 ** 20 },
  medium: { recordsMin: 500, recordsMax: 10_000, bytesMax: 8 * 2 ** 20 },
  low: { recordsMin: 250, recordsMax: 2_000, bytesMax: 4 * 2 ** 20 },
};

export class BatchSize {
  readonly #bounds: BatchBounds;
  #records: number;
  #behind = false;

  constructor(bounds: BatchBounds) {
    this.#bounds = bounds;
    this.#records = bounds.recordsMin;
  }

  get recordsMax(): number {
    return this.#records;
  }

  get bytesMax(): number {
    return this.#bounds.bytesMax;
  }

  /**
   * Whether more records were there than the last pull took. Then the next batch is built while the last one commits;
   * otherwise it waits, so that what arrives meanwhile shares its commit.
   */
  get isBehind(): boolean {
    return this.#behind;
  }

  pulled(records: number, bytes: number): void {
    this.#behind = records >= this.#records || bytes >= this.#bounds.bytesMax;
    const { recordsMin, recordsMax } = this.#bounds;
    this.#records = this.#behind
      ? Math.min(recordsMax, this.#records * 2)
      : Math.max(recordsMin, Math.floor(this.#records / 2));
  }
}
