/**
 * Targeting expressions compiled to sets of conjunctions: one pass over words per attribute instead of one evaluation per ad.
 *
 * A conjunction survives attribute A if it names no `in` on A or lists one of the user's values, and excludes none of them. So
 * matching is, per attribute, (unconstrained ∪ postings of the values) ∩ …, minus the postings of exclusions: a user with several
 * values of one attribute counts once per attribute.
 * Source: Whang et al., Indexing Boolean Expressions, VLDB 2009, for conjunctions and the two readings of notIn; bitsets in place
 * of its counters, which a scan of words beats at this size.
 *
 * X1 Conjunctions are numbered so that number n < documents is the first conjunction of document n; further ones follow, with
 *    their document in `owners`. So the words of the first conjunctions are the words of the documents.
 */
import {
  TARGETING_ATTRIBUTES,
  type TargetingAssignment,
  type TargetingAttribute,
  type TargetingConjunction,
  type TargetingExpression,
} from "@tenon/ads-model";
import { clearBit, fullBitset, lowestBit, setBit, WORD_BITS, wordsFor } from "../bits/bitset.ts";
import { intersect, type PostingSet, postingSet, subtract, unite } from "../bits/posting-set.ts";

type Value = string | number;

interface AttributePostings {
  readonly attribute: TargetingAttribute;
  /** Conjunctions without `in` on this attribute; undefined when that is all of them. */
  readonly unconstrained: Int32Array | undefined;
  readonly included: ReadonlyMap<Value, PostingSet>;
  readonly excluded: ReadonlyMap<Value, PostingSet>;
  /** Conjunctions with `notIn` on this attribute under the strong rule: they fail when it is missing. */
  readonly excludedWhenMissing: PostingSet | undefined;
}

export class TargetingIndex {
  private readonly documents: number;
  private readonly attributes: readonly AttributePostings[];
  /** Conjunctions that exist: a document without one has its number, but never matches. */
  private readonly existing: Int32Array;
  /** Document of conjunction `documents + n`. */
  private readonly owners: Int32Array;
  private readonly surviving: Int32Array;
  private readonly accepted: Int32Array;

  /** `expressions[n]`: the target of document n. */
  constructor(expressions: readonly TargetingExpression[]) {
    const extra = expressions.flatMap(({ conjunctions }, document) =>
      Array<number>(Math.max(0, conjunctions.length - 1)).fill(document),
    );
    const size = expressions.length + extra.length;
    this.documents = expressions.length;
    this.owners = Int32Array.from(extra);
    this.existing = fullBitset(size);
    this.surviving = new Int32Array(wordsFor(size));
    this.accepted = new Int32Array(wordsFor(size));
    const builders = new Map(TARGETING_ATTRIBUTES.map((attribute) => [attribute, new PostingsBuilder(attribute)]));
    let next = expressions.length;
    for (const [document, { conjunctions, whenMissing }] of expressions.entries()) {
      if (conjunctions.length === 0) clearBit(this.existing, document);
      for (const [place, conjunction] of conjunctions.entries()) {
        addConjunction(builders, place === 0 ? document : next++, conjunction, whenMissing === "strong");
      }
    }
    this.attributes = [...builders.values()].filter((builder) => builder.used).map((builder) => builder.build(size));
  }

  /**
   * Sets the bit of every document that matches (T1-T3 of the ads model).
   * `into`: one bit per document, overwritten.
   */
  match(assignment: TargetingAssignment, into: Int32Array): void {
    const surviving = this.surviving;
    surviving.set(this.existing);
    for (const postings of this.attributes) {
      const values: readonly Value[] = assignment[postings.attribute] ?? [];
      this.keepIncluded(postings, values);
      dropExcluded(surviving, postings, values);
    }
    this.collectDocuments(into);
  }

  private keepIncluded({ unconstrained, included }: AttributePostings, values: readonly Value[]): void {
    if (unconstrained === undefined) return;
    const [first] = values;
    const only = values.length === 1 && first !== undefined ? included.get(first)?.words : undefined;
    if (only !== undefined) {
      intersectUnion(this.surviving, unconstrained, only);
      return;
    }
    const accepted = this.accepted;
    accepted.set(unconstrained);
    for (const value of values) {
      const set = included.get(value);
      if (set !== undefined) unite(accepted, set);
    }
    intersect(this.surviving, accepted);
  }

  private collectDocuments(into: Int32Array): void {
    const { surviving, owners, documents } = this;
    into.set(surviving.subarray(0, into.length));
    const rest = documents & (WORD_BITS - 1);
    if (rest !== 0) into[into.length - 1] = (into[into.length - 1] as number) & ((1 << rest) - 1);
    for (let index = documents >>> 5; index < surviving.length; index++) {
      let word = surviving[index] as number;
      while (word !== 0) {
        const conjunction = (index << 5) + lowestBit(word);
        if (conjunction >= documents) setBit(into, owners[conjunction - documents] as number);
        word &= word - 1;
      }
    }
  }
}

/** surviving := surviving ∩ (left ∪ right), in one pass: the usual case of one value per attribute. */
function intersectUnion(surviving: Int32Array, left: Int32Array, right: Int32Array): void {
  for (let word = 0; word < right.length; word++) {
    surviving[word] = (surviving[word] as number) & ((left[word] as number) | (right[word] as number));
  }
}

function dropExcluded(surviving: Int32Array, postings: AttributePostings, values: readonly Value[]): void {
  if (values.length === 0) {
    if (postings.excludedWhenMissing !== undefined) subtract(surviving, postings.excludedWhenMissing);
    return;
  }
  if (postings.excluded.size === 0) return;
  for (const value of values) {
    const set = postings.excluded.get(value);
    if (set !== undefined) subtract(surviving, set);
  }
}

function addConjunction(
  builders: ReadonlyMap<TargetingAttribute, PostingsBuilder>,
  number: number,
  conjunction: TargetingConjunction,
  strong: boolean,
): void {
  for (const { attribute, operator, values } of conjunction)
    builders.get(attribute)?.add(number, operator, values, strong);
}

class PostingsBuilder {
  used = false;
  private readonly attribute: TargetingAttribute;
  private readonly constrained: number[] = [];
  private readonly excludedStrongly: number[] = [];
  private readonly included = new Map<Value, number[]>();
  private readonly excluded = new Map<Value, number[]>();

  constructor(attribute: TargetingAttribute) {
    this.attribute = attribute;
  }

  add(conjunction: number, operator: "in" | "notIn", values: readonly Value[], strong: boolean): void {
    this.used = true;
    if (operator === "in") this.constrained.push(conjunction);
    else if (strong) this.excludedStrongly.push(conjunction);
    const sets = operator === "in" ? this.included : this.excluded;
    for (const value of values) {
      const members = sets.get(value);
      if (members === undefined) sets.set(value, [conjunction]);
      else members.push(conjunction);
    }
  }

  build(size: number): AttributePostings {
    const unconstrained = fullBitset(size);
    for (const conjunction of this.constrained) clearBit(unconstrained, conjunction);
    return {
      attribute: this.attribute,
      unconstrained: this.constrained.length === 0 ? undefined : unconstrained,
      included: seal(this.included, size),
      excluded: seal(this.excluded, size),
      excludedWhenMissing: this.excludedStrongly.length === 0 ? undefined : postingSet(this.excludedStrongly, size),
    };
  }
}

function seal(sets: ReadonlyMap<Value, readonly number[]>, size: number): ReadonlyMap<Value, PostingSet> {
  return new Map(Array.from(sets, ([value, members]) => [value, postingSet(members, size)]));
}
