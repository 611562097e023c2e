/**
 * What one attribute says about every conjunction: which of them a user's values leave standing.
 *
 * A1 Standing = (unconstrained ∪ included of each value) \ excluded of each value: several values count once per attribute.
 *    Without any value it is `whenMissing`: the conjunctions without `in`, and under the strong rule without `notIn` (T3).
 * A2 A dense value's set in `included` already holds the unconstrained conjunctions and lacks the value's exclusions, so that a
 *    user with that value alone needs no work at all. A1 still gives the right set for several values: exclusions are taken
 *    away after all unions.
 */
import type { TargetingAttribute } from "@tenon/ads-model";
import { PostingTable } from "../bits/posting-table.ts";
import { type SectionReader, textSection } from "../files/section-reader.ts";
import { prefixed, type Sections } from "../files/sections.ts";

/** A value of any attribute. */
export type Value = string | number;

interface Parts {
  /** By number. */
  readonly values: readonly Value[];
  readonly unconstrained: Int32Array;
  readonly whenMissing: Int32Array;
  readonly included: PostingTable;
  readonly excluded: PostingTable;
}

export class AttributePostings {
  readonly attribute: TargetingAttribute;
  private readonly parts: Parts;
  private readonly numbers: ReadonlyMap<Value, number>;
  /** Room for the set of a user with several values, or with a sparse one. */
  private scratch: Int32Array | undefined;

  constructor(attribute: TargetingAttribute, parts: Parts) {
    this.attribute = attribute;
    this.parts = parts;
    this.numbers = new Map(parts.values.map((value, number) => [value, number]));
  }

  /** Words of the conjunctions that stand for a user with these values. Valid until the next call. */
  standing(values: readonly Value[]): Int32Array {
    const { unconstrained, whenMissing, included, excluded } = this.parts;
    if (values.length === 0) return whenMissing;
    if (values.length === 1) {
      const number = this.numbers.get(values[0] as Value);
      // A value that nobody lists.
      if (number === undefined) return unconstrained;
      const words = included.wordsOf(number);
      if (words !== undefined) return words;
    }
    this.scratch ??= new Int32Array(unconstrained.length);
    const standing = this.scratch;
    standing.set(unconstrained);
    const known: number[] = [];
    for (const value of values) {
      const number = this.numbers.get(value);
      if (number === undefined) continue;
      known.push(number);
      included.uniteInto(standing, number);
    }
    for (const number of known) excluded.subtractFrom(standing, number);
    return standing;
  }

  toSections(prefix: string): Sections {
    const { values, unconstrained, whenMissing, included, excluded } = this.parts;
    return {
      ...prefixed(prefix, { values: textSection(values), unconstrained, whenMissing }),
      ...included.toSections(`${prefix}.included`),
      ...excluded.toSections(`${prefix}.excluded`),
    };
  }

  static fromSections(attribute: TargetingAttribute, reader: SectionReader, wordCount: number): AttributePostings {
    const values = reader.values("values");
    const size = { sets: values.length, wordCount };
    return new AttributePostings(attribute, {
      values,
      unconstrained: reader.int32("unconstrained", wordCount),
      whenMissing: reader.int32("whenMissing", wordCount),
      included: PostingTable.fromSections(reader.part("included"), size),
      excluded: PostingTable.fromSections(reader.part("excluded"), size),
    });
  }
}
