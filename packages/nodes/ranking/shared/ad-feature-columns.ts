/** Features that depend on the ad and the clock alone. */
import {
  type CandidateBatch,
  DictionaryColumn,
  type F64Column,
  F64Writer,
  type I32Column,
  I32Writer,
} from "@tenon/graph-core";
import {
  CATEGORY_BUCKET_WORDS,
  CATEGORY_KIND_WORDS,
  categoryBucketCode,
  categoryKindCode,
  OBJECTIVE_WORDS,
} from "../vocabulary.ts";

const DAY_MS = 86_400_000;

/** Days since the campaign began; 0 for one that begins in this very moment or was moved to begin later. */
export function ageDays(startAtMs: F64Column, nowMs: number): F64Column {
  const age = new F64Writer(startAtMs.length);
  for (let row = 0; row < startAtMs.length; row++) age.set(row, Math.max(0, nowMs - startAtMs.at(row)) / DAY_MS);
  return age.seal();
}

/** The index numbers words as it meets them; models need the numbers they were trained on. */
export function categoryColumns(category: DictionaryColumn): {
  readonly categoryKind: DictionaryColumn;
  readonly categoryBucket: DictionaryColumn;
} {
  const kinds = new Int32Array(category.length);
  const buckets = new Int32Array(category.length);
  // A word is looked at in its first row; dozens of rows share one.
  const firstRow = new Int32Array(category.dictionary.words.length).fill(NOT_SEEN);
  for (let row = 0; row < kinds.length; row++) {
    const code = category.codeAt(row);
    const first = firstRow[code] as number;
    if (first === NOT_SEEN) {
      const path = category.at(row);
      firstRow[code] = row;
      kinds[row] = categoryKindCode(path);
      buckets[row] = categoryBucketCode(path);
    } else {
      kinds[row] = kinds[first] as number;
      buckets[row] = buckets[first] as number;
    }
  }
  return {
    categoryKind: DictionaryColumn.fromCodes(CATEGORY_KIND_WORDS, kinds),
    categoryBucket: DictionaryColumn.fromCodes(CATEGORY_BUCKET_WORDS, buckets),
  };
}

const NOT_SEEN = -1;

/** Index and vocabulary list the same objectives, in orders of their own. */
export function objectiveColumn(objective: DictionaryColumn): DictionaryColumn {
  const codeOf = objective.dictionary.words.map((word) => OBJECTIVE_WORDS.codeOf(word));
  const codes = new Int32Array(objective.length);
  for (let row = 0; row < codes.length; row++) codes[row] = codeOf[objective.codeAt(row)] as number;
  return DictionaryColumn.fromCodes(OBJECTIVE_WORDS, codes);
}

type Offers = CandidateBatch<{
  readonly bidPays: DictionaryColumn;
  readonly bidMicros: F64Column;
  readonly cpmMicros: F64Column;
}>;

/** One of the two offers is 0, so their sum is the offer. */
export function offerColumns(ads: Offers): { readonly bidLog: F64Column; readonly paysPerClick: I32Column } {
  const pays = ads.column("bidPays");
  const perClickCode = pays.dictionary.codeOf("perClick");
  const perClickMicros = ads.column("bidMicros");
  const perThousandMicros = ads.column("cpmMicros");
  const bidLog = new F64Writer(ads.size);
  const paysPerClick = new I32Writer(ads.size);
  for (let row = 0; row < ads.size; row++) {
    bidLog.set(row, Math.log1p(perClickMicros.at(row) + perThousandMicros.at(row)));
    paysPerClick.set(row, pays.codeAt(row) === perClickCode ? 1 : 0);
  }
  return { bidLog: bidLog.seal(), paysPerClick: paysPerClick.seal() };
}
