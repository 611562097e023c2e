/** A map of the entries that were set latest, at most so many: those set longest ago go first. */
export class LatestEntries<Key, Value> extends Map<Key, Value> {
  readonly #entriesMax: number;

  constructor(entriesMax: number) {
    super();
    this.#entriesMax = entriesMax;
  }

  override set(key: Key, value: Value): this {
    // A map keeps the place of a key that it has.
    this.delete(key);
    super.set(key, value);
    if (this.size <= this.#entriesMax) return this;
    const [oldest] = this.keys();
    this.delete(oldest as Key);
    return this;
  }
}
