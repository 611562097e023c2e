/** Named typed arrays: the form in which the parts of a segment are stored and loaded. */
import { sectionMissing, sectionWrong } from "./errors.ts";

export type SectionArray = Int32Array | Float64Array | Uint8Array;
export type Sections = Readonly<Record<string, SectionArray>>;

/** The same sections, each name behind `prefix` and a dot. */
export function prefixed(prefix: string, sections: Sections): Sections {
  return Object.fromEntries(Object.entries(sections).map(([name, section]) => [`${prefix}.${name}`, section]));
}

/** Reads the sections of one part by their names within it. */
export class SectionReader {
  private readonly sections: Sections;
  private readonly prefix: string;

  constructor(sections: Sections, prefix: string) {
    this.sections = sections;
    this.prefix = prefix;
  }

  part(name: string): SectionReader {
    return new SectionReader(this.sections, `${this.prefix}.${name}`);
  }

  /** `length`: elements expected, any when absent. Throws TENON1420 and TENON1421, as all reads do. */
  int32(name: string, length?: number): Int32Array {
    const section = this.read(name, length);
    if (!(section instanceof Int32Array)) throw this.wrong(name, "type Int32Array", section.constructor.name);
    return section;
  }

  float64(name: string, length?: number): Float64Array {
    const section = this.read(name, length);
    if (!(section instanceof Float64Array)) throw this.wrong(name, "type Float64Array", section.constructor.name);
    return section;
  }

  /** Strings and numbers, written by {@link textSection}. */
  values(name: string): (string | number)[] {
    const section = this.read(name);
    if (!(section instanceof Uint8Array)) throw this.wrong(name, "type Uint8Array", section.constructor.name);
    // The copy is of ordinary memory: a decoder does not take shared memory.
    return JSON.parse(new TextDecoder().decode(section.slice())) as (string | number)[];
  }

  /** Starts of lists: `count` + 1 offsets, ascending from 0 to `end`. */
  starts(name: string, { count, end }: { readonly count: number; readonly end: number }): Int32Array {
    const starts = this.int32(name, count + 1);
    let before = 0;
    for (const start of starts) {
      if (start < before || start > end) throw this.wrong(name, `offsets ascending from 0 to ${end}`, String(start));
      before = start;
    }
    if (starts[0] !== 0 || before !== end)
      throw this.wrong(name, `offsets from 0 to ${end}`, `${starts[0]} to ${before}`);
    return starts;
  }

  private read(name: string, length?: number): SectionArray {
    const section = this.sections[`${this.prefix}.${name}`];
    if (section === undefined) throw sectionMissing(`${this.prefix}.${name}`);
    if (length !== undefined && section.length !== length)
      throw this.wrong(name, `${length} elements`, String(section.length));
    return section;
  }

  private wrong(name: string, expected: string, found: string): Error {
    return sectionWrong(`${this.prefix}.${name}`, expected, found);
  }
}

/** Strings and numbers as JSON in UTF-8: the fastest way back in JavaScript, and exact for every string. */
export function textSection(values: readonly (string | number)[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(values));
}
