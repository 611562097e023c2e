/**
 * Targets of ads that come one by one, as sets of conjunctions. First conjunctions have the number of their row, so their words are
 * those of the rows; further ones are numbered on their own, in the order of their rows.
 *
 * N1 An attribute keeps what speaks against a conjunction, not what lets it stand: nothing is to be written for the conjunctions
 *    that do not name it, nor when an attribute is named for the first time.
 */
import type {
  TargetingAssignment,
  TargetingAttribute,
  TargetingConjunction,
  TargetingExpression,
} from "@tenon/ads-model";
import { clearBit, lowestBit, setBit, WORD_BITS, wordsFor } from "../bits/bitset.ts";
import { subtractWords } from "../bits/combine.ts";
import { withRoom } from "../bits/growing.ts";
import type { Value } from "./attribute-postings.ts";

export class GrowingTargeting {
  private readonly first = new GrowingConjunctions();
  private readonly further = new GrowingConjunctions();
  /** Row of each further conjunction. */
  private owners = new Int32Array(0);
  private furtherCount = 0;

  /** The target of the next row. */
  add(row: number, { conjunctions, whenMissing }: TargetingExpression): void {
    for (const [place, conjunction] of conjunctions.entries()) {
      const strong = whenMissing === "strong";
      if (place === 0) this.first.add(row, conjunction, strong);
      else {
        this.owners = withRoom(this.owners, this.furtherCount + 1);
        this.owners[this.furtherCount] = row;
        this.further.add(this.furtherCount++, conjunction, strong);
      }
    }
  }

  /** The rows added so far. Rows that are added later match nothing beyond the last word of `into`. */
  upToNow(): { match(assignment: TargetingAssignment, into: Int32Array): void } {
    const { furtherCount } = this;
    return { match: (assignment, into) => this.match(assignment, into, furtherCount) };
  }

  private match(assignment: TargetingAssignment, into: Int32Array, furtherCount: number): void {
    this.first.match(assignment, into);
    if (furtherCount === 0) return;
    const further = new Int32Array(wordsFor(furtherCount));
    this.further.match(assignment, further);
    for (let index = 0; index < further.length; index++) {
      for (let word = further[index] as number; word !== 0; word &= word - 1) {
        const number = index * WORD_BITS + lowestBit(word);
        if (number < furtherCount) setBit(into, this.owners[number] as number);
      }
    }
  }
}

class GrowingConjunctions {
  private existing = new Int32Array(0);
  private readonly attributes = new Map<TargetingAttribute, GrowingAttribute>();

  add(number: number, conjunction: TargetingConjunction, strong: boolean): void {
    this.existing = withRoom(this.existing, wordsFor(number + 1));
    setBit(this.existing, number);
    for (const { attribute, operator, values } of conjunction) {
      let known = this.attributes.get(attribute);
      if (known === undefined) {
        known = new GrowingAttribute();
        this.attributes.set(attribute, known);
      }
      known.add(number, operator, values, strong);
    }
  }

  /** Sets the words of `into` to the conjunctions that match. */
  match(assignment: TargetingAssignment, into: Int32Array): void {
    // A target that matches nobody has no conjunction: the words may end before the rows do.
    into.fill(0);
    into.set(this.existing.subarray(0, into.length));
    const fallen = new Int32Array(into.length);
    for (const [attribute, own] of this.attributes) {
      own.fallen(assignment[attribute] ?? [], fallen);
      subtractWords(into, fallen);
    }
  }
}

class GrowingAttribute {
  /** Conjunctions with an `in` on the attribute. */
  private constrained = new Int32Array(0);
  /** Conjunctions that fall when the user has no value: those, and `notIn` under the strong rule. */
  private fallenWhenMissing = new Int32Array(0);
  private readonly included = new Map<Value, NumberList>();
  private readonly excluded = new Map<Value, NumberList>();

  add(conjunction: number, operator: "in" | "notIn", values: readonly Value[], strong: boolean): void {
    const words = wordsFor(conjunction + 1);
    if (operator === "in") {
      this.constrained = withRoom(this.constrained, words);
      setBit(this.constrained, conjunction);
    }
    if (operator === "in" || strong) {
      this.fallenWhenMissing = withRoom(this.fallenWhenMissing, words);
      setBit(this.fallenWhenMissing, conjunction);
    }
    const lists = operator === "in" ? this.included : this.excluded;
    for (const value of values) {
      const list = lists.get(value);
      if (list === undefined) lists.set(value, new NumberList(conjunction));
      else list.add(conjunction);
    }
  }

  /** Sets `into` to the conjunctions that do not stand for a user with these values (A1 of attribute-postings.ts). */
  fallen(values: readonly Value[], into: Int32Array): void {
    const at = values.length === 0 ? this.fallenWhenMissing : this.constrained;
    into.fill(0);
    into.set(at.subarray(0, into.length));
    const end = into.length * WORD_BITS;
    for (const value of values) this.included.get(value)?.eachBelow(end, (conjunction) => clearBit(into, conjunction));
    for (const value of values) this.excluded.get(value)?.eachBelow(end, (conjunction) => setBit(into, conjunction));
  }
}

/** Ascending numbers. Most values are named by one conjunction or two: an array is made for the second. */
class NumberList {
  private numbers: Int32Array | undefined;
  private readonly first: number;
  private size = 1;

  constructor(first: number) {
    this.first = first;
  }

  add(number: number): void {
    this.numbers = grownBy(this.numbers, this.size);
    this.numbers[this.size - 1] = number;
    this.size++;
  }

  eachBelow(end: number, visit: (number: number) => void): void {
    if (this.first < end) visit(this.first);
    for (let place = 0; place < this.size - 1; place++) {
      const number = (this.numbers as Int32Array)[place] as number;
      if (number >= end) return;
      visit(number);
    }
  }
}

/** Room for `length` numbers; a few at first. */
function grownBy(numbers: Int32Array | undefined, length: number): Int32Array {
  if (numbers === undefined) return new Int32Array(4);
  if (length <= numbers.length) return numbers;
  const more = new Int32Array(2 * numbers.length);
  more.set(numbers);
  return more;
}
