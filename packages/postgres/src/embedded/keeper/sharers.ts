/** Starts a timer; the answer stops it. By hand in tests. */
export type After = (ms: number, run: () => void) => () => void;

export interface SharersOptions {
  /** How long the server outlives its last sharer, in milliseconds: the next one then need not start it. */
  readonly lingerMs: number;
  /** How long the first sharer may take to arrive, in milliseconds. */
  readonly firstMsMax: number;
  readonly after: After;
  /** Called once, when nobody shares the server any more. */
  readonly onDeserted: () => void;
}

/** Counts who uses the server. Once deserted it stays so: a late comer starts another server. */
export class Sharers {
  readonly #options: SharersOptions;
  #count = 0;
  #deserted = false;
  #stopTimer: () => void;

  constructor(options: SharersOptions) {
    this.#options = options;
    this.#stopTimer = options.after(options.firstMsMax, () => this.#desert());
  }

  get deserted(): boolean {
    return this.#deserted;
  }

  /** @returns false when the server is on its way out */
  join(): boolean {
    if (this.#deserted) return false;
    this.#count++;
    this.#stopTimer();
    return true;
  }

  leave(): void {
    this.#count--;
    if (this.#count > 0 || this.#deserted) return;
    const { after, lingerMs } = this.#options;
    if (lingerMs === 0) this.#desert();
    else this.#stopTimer = after(lingerMs, () => this.#desert());
  }

  #desert(): void {
    this.#deserted = true;
    this.#options.onDeserted();
  }
}
