/** Sections by name, of a file that was read or of memory. */
import { sectionMissing } from "./errors.ts";
import type { FileFacts, FileHeader, SectionEntry } from "./layout.ts";
import {
  SECTION_ARRAYS,
  type Section,
  type SectionOf,
  type SectionSource,
  type Sections,
  type SectionType,
  sectionTypeOf,
} from "./section-types.ts";

/** A checked index file in memory. */
export class SectionFile implements SectionSource {
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

  section<const Type extends SectionType>(name: string, type: Type): SectionOf<Type> {
    const entry = this.#entries.get(name);
    if (entry?.type !== type) {
      throw sectionMissing(`index file "${this.path}"`, name, type, foundText(entry?.type, this.names));
    }
    return this.#read(entry) as SectionOf<Type>;
  }

  #read({ type, offset, bytes }: SectionEntry): Section {
    // A copy: not every platform decodes shared memory.
    if (type === "utf8") return new TextDecoder().decode(new Uint8Array(this.buffer, offset, bytes).slice());
    const Numbers = SECTION_ARRAYS[type];
    return new Numbers(this.buffer as ArrayBuffer, offset, bytes / Numbers.BYTES_PER_ELEMENT);
  }
}

/** Sections that were never written: what a part gives is what it gets. */
export function sectionsInMemory(sections: Sections): SectionSource {
  return {
    section: <Type extends SectionType>(name: string, type: Type) => {
      const section = Object.hasOwn(sections, name) ? sections[name] : undefined;
      const found = section === undefined ? undefined : sectionTypeOf(section);
      if (found !== type) throw sectionMissing("memory", name, type, foundText(found, Object.keys(sections)));
      return section as SectionOf<Type>;
    },
  };
}

function foundText(type: SectionType | undefined, names: readonly string[]): string {
  return type ?? `only ${names.join(", ") || "no sections"}`;
}
