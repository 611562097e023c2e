/**
 * Targeting expressions compiled to sets of conjunctions: one pass over words for all attributes instead of one evaluation per ad.
 *
 * A conjunction stands for an attribute if it names no `in` on it or lists one of the user's values, and excludes none of them;
 * it matches if it stands for every attribute. So matching is the intersection of one set per attribute (attribute-postings.ts).
 * Source: Whang et al., Indexing Boolean Expressions, VLDB 2009, for conjunctions and the two readings of notIn; bitsets in place
 * of its counters, which a scan of words beats at this size.
 *
 * X1 Conjunctions are numbered so that number n < rows is the first conjunction of row n; further ones follow from the next
 *    border of a word, with their row in `owners`. So the words of the first conjunctions are the words of the rows.
 * X2 A row without a conjunction, be it empty or a target that matches nobody, has its number but never matches.
 */
import {
  TARGETING_ATTRIBUTES,
  type TargetingAssignment,
  type TargetingAttribute,
  type TargetingConjunction,
  type TargetingExpression,
} from "@tenon/ads-model";
import { lowestBit, setBit, WORD_BITS, wordsFor } from "../bits/bitset.ts";
import { intersectSets } from "../bits/combine.ts";
import { SectionReader, textSection } from "../files/section-reader.ts";
import { prefixed, type Sections } from "../files/sections.ts";
import { AttributeBuilder } from "./attribute-builder.ts";
import type { Value } from "./attribute-postings.ts";
import { AttributePostings } from "./attribute-postings.ts";

/** Before the names of the index's sections. */
const PREFIX = "targeting";

export class TargetingIndex {
  private readonly attributes: readonly AttributePostings[];
  /** Conjunctions that exist (X2). */
  private readonly existing: Int32Array;
  /** Row of further conjunction n (X1). */
  private readonly owners: Int32Array;
  /** Conjunctions that match, of one call. */
  private readonly matching: Int32Array;

  private constructor(existing: Int32Array, owners: Int32Array, attributes: readonly AttributePostings[]) {
    this.existing = existing;
    this.owners = owners;
    this.attributes = attributes;
    this.matching = new Int32Array(existing.length);
  }

  /** `expressions[r]`: the target of row r; undefined for an empty row, which never matches. */
  static of(expressions: readonly (TargetingExpression | undefined)[]): TargetingIndex {
    const owners = expressions.flatMap((expression, row) =>
      Array<number>(Math.max(0, (expression?.conjunctions.length ?? 0) - 1)).fill(row),
    );
    const firstFurther = wordsFor(expressions.length) * WORD_BITS;
    const existing = new Int32Array(wordsFor(firstFurther + owners.length));
    const builders = new Map(TARGETING_ATTRIBUTES.map((attribute) => [attribute, new AttributeBuilder(attribute)]));
    let next = firstFurther;
    for (const [row, expression] of expressions.entries()) {
      for (const [place, conjunction] of (expression?.conjunctions ?? []).entries()) {
        const number = place === 0 ? row : next++;
        setBit(existing, number);
        addConjunction(builders, number, conjunction, expression?.whenMissing === "strong");
      }
    }
    const used = [...builders.values()].filter((builder) => builder.used);
    return new TargetingIndex(
      existing,
      Int32Array.from(owners),
      used.map((builder) => builder.build(existing)),
    );
  }

  /**
   * Sets the bit of every row that matches (T1-T3 of the ads model) and clears the others.
   * `into`: one bit per row, in whole words; may be a view of shared or WASM memory.
   */
  match(assignment: TargetingAssignment, into: Int32Array): void {
    const sets: Int32Array[] = [];
    for (const postings of this.attributes) {
      const values: readonly Value[] = assignment[postings.attribute] ?? [];
      sets.push(postings.standing(values));
    }
    // Every other set holds none but existing conjunctions.
    if (sets.length === 0) sets.push(this.existing);
    const { matching, owners } = this;
    intersectSets(matching, sets);
    into.set(matching.subarray(0, into.length));
    const firstFurther = into.length * WORD_BITS;
    for (let index = into.length; index < matching.length; index++) {
      let word = matching[index] as number;
      while (word !== 0) {
        setBit(into, owners[index * WORD_BITS + lowestBit(word) - firstFurther] as number);
        word &= word - 1;
      }
    }
  }

  toSections(): Sections {
    const names = this.attributes.map(({ attribute }) => attribute);
    return Object.assign(
      { ...prefixed(PREFIX, { attributes: textSection(names), existing: this.existing, owners: this.owners }) },
      ...this.attributes.map((postings) => postings.toSections(`${PREFIX}.${postings.attribute}`)),
    ) as Sections;
  }

  /** What {@link toSections} gave, of an index over `rows` rows. Throws TENON1420 and TENON1421. */
  static fromSections(sections: Sections, rows: number): TargetingIndex {
    const reader = new SectionReader(sections, PREFIX);
    const owners = reader.int32("owners");
    const existing = reader.int32("existing", wordsFor(rows) + wordsFor(owners.length));
    const attributes = reader.values("attributes") as TargetingAttribute[];
    return new TargetingIndex(
      existing,
      owners,
      attributes.map((name) => AttributePostings.fromSections(name, reader.part(name), existing.length)),
    );
  }
}

function addConjunction(
  builders: ReadonlyMap<TargetingAttribute, AttributeBuilder>,
  number: number,
  conjunction: TargetingConjunction,
  strong: boolean,
): void {
  for (const { attribute, operator, values } of conjunction)
    builders.get(attribute)?.add(number, operator, values, strong);
}
