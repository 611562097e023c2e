/** Parts that a thread has derived itself: when it assembles the base it need not read them again. They are on the disk all the same. */
import type { Part } from "./part-file.ts";

/** About 5 kB each. Assembling holds every ad of the base anyway; this is for a thread that another one assembles without. */
const ADS_MAX = 100_000;

export class KeptParts {
  readonly parts: ReadonlyMap<string, Part>;
  readonly #parts = new Map<string, Part>();
  #ads = 0;

  constructor() {
    this.parts = this.#parts;
  }

  add(file: string, part: Part): void {
    if (this.#ads + part.ads.length > ADS_MAX) return;
    this.#parts.set(file, part);
    this.#ads += part.ads.length;
  }
}
