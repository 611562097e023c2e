import type { CorpusHeader } from "../corpus/corpus-format.ts";
import { type Place, Reservoirs } from "./reservoirs.ts";

interface WindowFacts {
  readonly startedMs: number;
  /** Of the pinned resources: a window holds runs of one. */
  readonly versions: string;
  readonly header: CorpusHeader;
  readonly perStratumMax: number;
  readonly random: () => number;
}

/** What one file will hold: entries by the reservoirs that drew them. */
export class RecordedWindow {
  readonly startedMs: number;
  readonly versions: string;
  readonly header: CorpusHeader;
  readonly reservoirs: Reservoirs;
  /** Encoded entries by number. */
  readonly #entries = new Map<number, Uint8Array>();
  #bytes = 0;
  #next = 0;

  constructor({ startedMs, versions, header, perStratumMax, random }: WindowFacts) {
    this.startedMs = startedMs;
    this.versions = versions;
    this.header = header;
    this.reservoirs = new Reservoirs(perStratumMax, random);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Raw. */
  get bytes(): number {
    return this.#bytes;
  }

  entries(): Iterable<Uint8Array> {
    return this.#entries.values();
  }

  /** @returns how many earlier entries it pushed out. */
  put(bytes: Uint8Array, places: readonly Place[]): number {
    const run = this.#next++;
    this.#entries.set(run, bytes);
    this.#bytes += bytes.length;
    const gone = this.reservoirs.put(run, places);
    for (const each of gone) {
      this.#bytes -= this.#entries.get(each)?.length ?? 0;
      this.#entries.delete(each);
    }
    return gone.length;
  }
}
