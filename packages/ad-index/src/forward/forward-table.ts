/**
 * Forward columns of a segment. Values of one ad stand together, all as doubles: a request reads a dozen columns of a few hundred
 * ads from all over the index, and so touches a few cache lines per ad instead of one per value.
 */
import {
  type AdDocument,
  FREQUENCY_CAP_LEVELS,
  FREQUENCY_CAP_WINDOWS_DAYS,
  OBJECTIVES,
  PACING_MODES,
} from "@tenon/ads-model";
import type { Dictionary } from "@tenon/graph-core";
import { WITHOUT_END_MS } from "../targeting/schedule-index.ts";
import { Codebook } from "./codebook.ts";
import {
  FORWARD_COLUMN_NAMES,
  type FORWARD_COLUMN_TYPES,
  type ForwardColumnName,
  frequencyCapColumn,
  NO_FREQUENCY_CAP,
} from "./forward-columns.ts";

const I32_MAX = 2 ** 31 - 1;

type NameOfType<Type> = {
  [Name in ForwardColumnName]: (typeof FORWARD_COLUMN_TYPES)[Name] extends Type ? Name : never;
}[ForwardColumnName];
type NumberName = NameOfType<"id" | "f64">;
export type WordName = NameOfType<"dictionary">;

const NUMBER_OF: { readonly [Name in NumberName]: (document: AdDocument) => number } = {
  adGroupId: (document) => document.adGroupId,
  campaignId: (document) => document.campaignId,
  advertiserId: (document) => document.advertiserId,
  creativeId: (document) => document.creativeId,
  documentVersion: (document) => document.version,
  updatedAtMs: (document) => document.updatedAtMs,
  startAtMs: (document) => document.schedule.startAtMs,
  endAtMs: (document) => document.schedule.endAtMs ?? WITHOUT_END_MS,
  bidMicros: ({ bid }) => (bid.pays === "perClick" ? bid.bidMicros : 0),
  cpmMicros: ({ bid }) => (bid.pays === "perThousandImpressions" ? bid.cpmMicros : 0),
  floorMicros: (document) => document.floorMicros,
  lifetimeCapMicros: (document) => document.budget.lifetime.capMicros,
  dailyCapMicros: (document) => document.budget.daily?.capMicros ?? 0,
  qualityScore: (document) => document.qualityScore,
  popularity: (document) => document.popularity,
};

const WORD_OF: { readonly [Name in WordName]: (document: AdDocument) => string } = {
  category: (document) => document.category,
  objective: (document) => document.objective,
  bidPays: (document) => document.bid.pays,
  pacing: (document) => document.budget.pacing,
};

export type Codebooks = { readonly [Name in WordName]: Codebook };
export type Dictionaries = { readonly [Name in WordName]: Dictionary };

/** Codebooks of a new index. Words of closed vocabularies are there from the start, so that their codes never depend on the ads. */
export function newCodebooks(): Codebooks {
  return {
    category: new Codebook(),
    objective: new Codebook(OBJECTIVES),
    bidPays: new Codebook(["perClick", "perThousandImpressions"]),
    pacing: new Codebook(PACING_MODES),
  };
}

export function dictionariesOf(codebooks: Codebooks): Dictionaries {
  return {
    category: codebooks.category.dictionary(),
    objective: codebooks.objective.dictionary(),
    bidPays: codebooks.bidPays.dictionary(),
    pacing: codebooks.pacing.dictionary(),
  };
}

/** Values per ad in a {@link ForwardTable}. */
export const FORWARD_STRIDE = FORWARD_COLUMN_NAMES.length;
const OFFSETS = new Map(FORWARD_COLUMN_NAMES.map((name, offset) => [name, offset]));

/** Where a column stands within an ad's values, or undefined for a name that is no column. */
export function forwardOffset(name: ForwardColumnName): number | undefined {
  return OFFSETS.get(name);
}

const offsetOf = (name: ForwardColumnName) => OFFSETS.get(name) as number;
const CAP_OFFSETS = new Map(
  FREQUENCY_CAP_LEVELS.map((level) => [
    level,
    new Map(FREQUENCY_CAP_WINDOWS_DAYS.map((days) => [days, offsetOf(frequencyCapColumn(level, days))])),
  ]),
);
const NUMBERS = (Object.keys(NUMBER_OF) as NumberName[]).map((name) => ({
  offset: offsetOf(name),
  read: NUMBER_OF[name],
}));
const WORDS = (Object.keys(WORD_OF) as WordName[]).map((name) => ({
  name,
  offset: offsetOf(name),
  read: WORD_OF[name],
}));

/** `FORWARD_STRIDE` values per document; words as codes of the codebooks. */
export function forwardTable(documents: readonly AdDocument[], codebooks: Codebooks): Float64Array {
  const table = new Float64Array(documents.length * FORWARD_STRIDE).fill(NO_FREQUENCY_CAP);
  for (const [row, document] of documents.entries()) {
    const base = row * FORWARD_STRIDE;
    for (const { offset, read } of NUMBERS) table[base + offset] = read(document);
    for (const { name, offset, read } of WORDS) table[base + offset] = codebooks[name].codeOf(read(document));
    for (const { level, windowDays, impressionsMax } of document.frequencyCaps) {
      const place = base + (CAP_OFFSETS.get(level)?.get(windowDays) as number);
      const known = table[place] as number;
      // The strictest cap counts. Counts beyond 32 bits are no caps that anybody reaches, and are cut there.
      if (known === NO_FREQUENCY_CAP || impressionsMax < known) table[place] = Math.min(impressionsMax, I32_MAX);
    }
  }
  return table;
}
