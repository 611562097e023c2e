import type { FileFacts, FileHeader, SectionEntry } from "./layout.ts";
import { SECTION_ARRAYS, type Section, type Sections } from "./sections.ts";

/** A checked index file in memory. */
export class SectionFile {
  readonly path: string;
  readonly kind: string;
  readonly facts: FileFacts;
  /** Every section lies in it: what worker threads are sent, where it is shared. */
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  readonly #entries: ReadonlyMap<string, SectionEntry>;

  constructor(path: string, { kind, facts, sections }: FileHeader, buffer: ArrayBuffer | SharedArrayBuffer) {
    this.path = path;
    this.kind = kind;
    this.facts = facts;
    this.buffer = buffer;
    this.#entries = new Map(sections.map((entry) => [entry.name, entry]));
  }

  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** Every section by name; views, not copies. */
  sections(): Sections {
    return Object.fromEntries(Array.from(this.#entries, ([name, entry]) => [name, this.#read(entry)]));
  }

  #read({ type, offset, bytes }: SectionEntry): Section {
    // A copy: not every platform decodes shared memory.
    if (type === "utf8") return new TextDecoder().decode(new Uint8Array(this.buffer, offset, bytes).slice());
    const Numbers = SECTION_ARRAYS[type];
    return new Numbers(this.buffer as ArrayBuffer, offset, bytes / Numbers.BYTES_PER_ELEMENT);
  }
}
