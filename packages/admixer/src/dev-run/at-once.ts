/** At most so many at once. The one too many is refused at once: a queue would only make everybody late. */
export class AtOnce {
  readonly #max: number;
  readonly #refusal: () => Error;
  #running = 0;

  constructor(max: number, refusal: () => Error) {
    this.#max = max;
    this.#refusal = refusal;
  }

  get running(): number {
    return this.#running;
  }

  /** @throws the refusal when all places are taken */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#max) throw this.#refusal();
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
    }
  }
}
