/** Features that depend on the ad and the clock alone. */
import {
  type CandidateBatch,
  type Dictionary,
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
  return {
    categoryKind: recoded(category, CATEGORY_KIND_WORDS, categoryKindCode),
    categoryBucket: recoded(category, CATEGORY_BUCKET_WORDS, categoryBucketCode),
  };
}

export function objectiveColumn(objective: DictionaryColumn): DictionaryColumn {
  return recoded(objective, OBJECTIVE_WORDS, (word) => OBJECTIVE_WORDS.codeOf(word));
}

const NOT_ASKED = -2;

/** Asks for the new code of a word at its first row; a hundred rows share one. */
function recoded(column: DictionaryColumn, dictionary: Dictionary, codeOf: (word: string) => number): DictionaryColumn {
  const newCodes = new Int32Array(column.dictionary.words.length).fill(NOT_ASKED);
  const codes = new Int32Array(column.length);
  for (let row = 0; row < codes.length; row++) {
    const code = column.codeAt(row);
    if (newCodes[code] === NOT_ASKED) newCodes[code] = codeOf(column.at(row));
    codes[row] = newCodes[code] as number;
  }
  return DictionaryColumn.fromCodes(dictionary, codes);
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
