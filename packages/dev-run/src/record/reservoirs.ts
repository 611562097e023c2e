/**
 * Which runs of a stream to keep: of each stratum at most so many, each of its runs with the same chance (algorithm R,
 * J. Vitter 1985). A run of several strata is kept while one of them keeps it.
 */
export class Reservoirs {
  readonly #perStratumMax: number;
  readonly #random: () => number;
  readonly #strata = new Map<string, { seen: number; readonly kept: number[] }>();
  /** How many strata keep a run, by its number. */
  readonly #holds = new Map<number, number>();

  constructor(perStratumMax: number, random: () => number) {
    this.#perStratumMax = perStratumMax;
    this.#random = random;
  }

  /** Runs that are kept. */
  get size(): number {
    return this.#holds.size;
  }

  /** Where a run of these strata would stand; empty: nowhere. Each run is drawn once. */
  draw(strata: readonly string[]): readonly Place[] {
    return strata.flatMap((stratum) => {
      const known = this.#strata.get(stratum) ?? { seen: 0, kept: [] };
      this.#strata.set(stratum, known);
      const at = known.seen < this.#perStratumMax ? known.seen : Math.floor(this.#random() * (known.seen + 1));
      known.seen++;
      return at < this.#perStratumMax ? [{ stratum, at }] : [];
    });
  }

  /** Puts a run at its places; gives the numbers of the runs that nobody keeps any more. */
  put(run: number, places: readonly Place[]): readonly number[] {
    const gone: number[] = [];
    for (const { stratum, at } of places) {
      const kept = this.#strata.get(stratum)?.kept ?? [];
      const before = kept[at];
      kept[at] = run;
      this.#holds.set(run, (this.#holds.get(run) ?? 0) + 1);
      if (before !== undefined && this.#release(before)) gone.push(before);
    }
    return gone;
  }

  #release(run: number): boolean {
    const left = (this.#holds.get(run) ?? 1) - 1;
    if (left > 0) this.#holds.set(run, left);
    else this.#holds.delete(run);
    return left === 0;
  }
}

export interface Place {
  readonly stratum: string;
  readonly at: number;
}
