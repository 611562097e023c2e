/** Collects what conjunctions say about one attribute and compiles it to {@link AttributePostings}. */
import type { TargetingAttribute } from "@tenon/ads-model";
import { clearBit, setBit } from "../bits/bitset.ts";
import { ListBuilder, type Lists, listOf } from "../bits/list-builder.ts";
import { PostingTable } from "../bits/posting-table.ts";
import { AttributePostings, type Value } from "./attribute-postings.ts";

/** A list entry costs about as much as this many words: it jumps in memory, words are read in sequence. */
const WORDS_PER_ENTRY = 2;

export class AttributeBuilder {
  private readonly attribute: TargetingAttribute;
  private readonly numbers = new Map<Value, number>();
  private readonly constrained: number[] = [];
  private readonly excludedStrongly: number[] = [];
  private readonly included = new ListBuilder();
  private readonly excluded = new ListBuilder();

  constructor(attribute: TargetingAttribute) {
    this.attribute = attribute;
  }

  /** Whether any conjunction names the attribute. */
  get used(): boolean {
    return this.numbers.size > 0 || this.constrained.length > 0 || this.excludedStrongly.length > 0;
  }

  add(conjunction: number, operator: "in" | "notIn", values: readonly Value[], strong: boolean): void {
    if (operator === "in") this.constrained.push(conjunction);
    else if (strong) this.excludedStrongly.push(conjunction);
    const lists = operator === "in" ? this.included : this.excluded;
    for (const value of values) lists.add(this.numberOf(value), conjunction);
  }

  /** `existing`: numbers of all conjunctions. */
  build(existing: Int32Array): AttributePostings {
    const unconstrained = existing.slice();
    for (const conjunction of this.constrained) clearBit(unconstrained, conjunction);
    const whenMissing = unconstrained.slice();
    for (const conjunction of this.excludedStrongly) clearBit(whenMissing, conjunction);
    const lists = {
      included: this.included.lists(this.numbers.size),
      excluded: this.excluded.lists(this.numbers.size),
    };
    const { included, excluded } = denseSets(lists, unconstrained);
    return new AttributePostings(this.attribute, {
      values: [...this.numbers.keys()],
      unconstrained,
      whenMissing,
      included: PostingTable.of(lists.included, included),
      excluded: PostingTable.of(lists.excluded, excluded),
    });
  }

  private numberOf(value: Value): number {
    const known = this.numbers.get(value);
    if (known !== undefined) return known;
    this.numbers.set(value, this.numbers.size);
    return this.numbers.size - 1;
  }
}

type DenseSets = ReadonlyMap<number, Int32Array>;

/** A value whose lists would cost more than words is dense in both tables: A2 needs its exclusions in the included set. */
function denseSets(
  lists: { readonly included: Lists; readonly excluded: Lists },
  unconstrained: Int32Array,
): { readonly included: DenseSets; readonly excluded: DenseSets } {
  const included = new Map<number, Int32Array>();
  const excluded = new Map<number, Int32Array>();
  for (let value = 0; value < lists.included.starts.length - 1; value++) {
    const including = listOf(lists.included, value);
    const excluding = listOf(lists.excluded, value);
    if ((including.length + excluding.length) * WORDS_PER_ENTRY < unconstrained.length) continue;
    const standing = unconstrained.slice();
    for (const conjunction of including) setBit(standing, conjunction);
    for (const conjunction of excluding) clearBit(standing, conjunction);
    included.set(value, standing);
    if (excluding.length === 0) continue;
    const gone = new Int32Array(unconstrained.length);
    for (const conjunction of excluding) setBit(gone, conjunction);
    excluded.set(value, gone);
  }
  return { included, excluded };
}
