/** Reads the sections of one part by their names within it. All reads throw TENON1420 for none and TENON1421 for one that does not fit. */
import { sectionMissing, sectionWrong } from "./errors.ts";
import { type SectionOf, type Sections, type SectionType, sectionTypeOf } from "./sections.ts";

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

  /** A view, not a copy: nobody may write to it. `length`: elements expected, any when absent. */
  section<const Type extends SectionType>(name: string, type: Type, length?: number): SectionOf<Type> {
    const { sections } = this;
    const whole = `${this.prefix}.${name}`;
    const section = Object.hasOwn(sections, whole) ? sections[whole] : undefined;
    if (section === undefined) throw sectionMissing(whole, Object.keys(sections));
    const found = sectionTypeOf(section);
    if (found !== type) throw this.wrong(name, `type ${type}`, `${found}`);
    if (length !== undefined && section.length !== length)
      throw this.wrong(name, `${length} elements`, String(section.length));
    return section as SectionOf<Type>;
  }

  int32(name: string, length?: number): Int32Array {
    return this.section(name, "i32", length);
  }

  float64(name: string, length?: number): Float64Array {
    return this.section(name, "f64", length);
  }

  uint16(name: string, length?: number): Uint16Array {
    return this.section(name, "u16", length);
  }

  /** Strings and numbers, written by {@link textSection}. */
  values(name: string): (string | number)[] {
    return JSON.parse(this.section(name, "utf8")) as (string | number)[];
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

  /** For a part whose own check finds that a section does not fit. */
  wrong(name: string, expected: string, found: string): Error {
    return sectionWrong(`${this.prefix}.${name}`, expected, found);
  }
}

/** Strings and numbers as JSON: the fastest way back in JavaScript, and exact for every string. */
export function textSection(values: readonly (string | number)[]): string {
  return JSON.stringify(values);
}
