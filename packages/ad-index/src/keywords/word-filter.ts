/** Words that an ad must hold, or must not: they narrow the eligible rows before anything is scored. */

import { clearBit, hasBit, setBit } from "../bits/bitset.ts";
import { type KeywordIndex, UNKNOWN_WORD } from "./keyword-index.ts";

export interface FilteredRows {
  readonly rows: Int32Array;
  readonly postingsRead: number;
}

/** The rows of `eligible` that hold every word of `must` and none of `mustNot`. */
export function filterByWords(
  keywords: KeywordIndex,
  eligible: Int32Array,
  { must, mustNot }: { readonly must: readonly string[]; readonly mustNot: readonly string[] },
): FilteredRows {
  const { starts, rows } = keywords.postings;
  let kept = eligible;
  let postingsRead = 0;
  // The rarest word first: the others then look at few rows.
  const wanted = must
    .map((word) => keywords.numberOf(word))
    .toSorted((left, right) => keywords.holdersOf(left) - keywords.holdersOf(right));
  for (const number of wanted) {
    const holding = new Int32Array(eligible.length);
    if (number === UNKNOWN_WORD) return { rows: holding, postingsRead };
    for (let entry = starts[number] as number; entry < (starts[number + 1] as number); entry++) {
      const row = rows[entry] as number;
      if (hasBit(kept, row)) setBit(holding, row);
    }
    kept = holding;
    postingsRead += keywords.holdersOf(number);
  }
  for (const word of mustNot) {
    const number = keywords.numberOf(word);
    if (number === UNKNOWN_WORD) continue;
    if (kept === eligible) kept = eligible.slice();
    for (let entry = starts[number] as number; entry < (starts[number + 1] as number); entry++) {
      clearBit(kept, rows[entry] as number);
    }
    postingsRead += keywords.holdersOf(number);
  }
  return { rows: kept, postingsRead };
}
