/** What a comparison looks at again later, because it may be on its way. Bounded, so that it can be saved with every step. */
export interface WaitingBounds {
  /** With so many the scan waits for them. */
  readonly itemsMax: number;
  /** Looks at one that changes again and again. */
  readonly looksMax: number;
}

export class WaitingList<Item> {
  readonly #bounds: WaitingBounds;
  #items: readonly Item[];

  /** @param saved of an earlier process */
  constructor(bounds: WaitingBounds, saved: readonly Item[] = []) {
    this.#bounds = bounds;
    this.#items = saved;
  }

  get items(): readonly Item[] {
    return this.#items;
  }

  get isFull(): boolean {
    return this.#items.length >= this.#bounds.itemsMax;
  }

  add(items: readonly Item[]): void {
    this.#items = [...this.#items, ...items];
  }

  /**
   * Looks at all of them until none waits any more, or often enough. Resolves with how many are still on their way: they are
   * forgotten.
   *
   * @param look resolves with those that still wait; with undefined when there is nothing to be seen now, nor later
   * @param save called after each look
   */
  async settle(
    look: (items: readonly Item[], nth: number) => Promise<readonly Item[] | undefined>,
    save: () => Promise<void>,
  ): Promise<number> {
    for (let nth = 0; nth < this.#bounds.looksMax && this.#items.length > 0; nth++) {
      const still = await look(this.#items, nth);
      if (still === undefined) break;
      this.#items = still;
      await save();
    }
    const left = this.#items.length;
    this.#items = [];
    return left;
  }
}
