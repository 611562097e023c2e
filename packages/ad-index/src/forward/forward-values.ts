/** What the forward columns of a document hold. */
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
import { codeForm } from "./column-layout.ts";
import {
  FORWARD_COLUMN_NAMES,
  type FORWARD_COLUMN_TYPES,
  type ForwardColumnName,
  frequencyCapColumn,
  NO_FREQUENCY_CAP,
} from "./forward-columns.ts";
import { type FormOf, type ForwardTable, layOut, narrowest } from "./forward-table.ts";

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
  overdeliveryRatioMax: (document) => document.budget.daily?.overdeliveryRatioMax ?? 0,
  qualityScore: (document) => document.qualityScore,
  popularity: (document) => document.popularity,
};

const WORD_OF: { readonly [Name in WordName]: (document: AdDocument) => string } = {
  category: (document) => document.category,
  objective: (document) => document.objective,
  bidPays: (document) => document.bid.pays,
  pacing: (document) => document.budget.pacing,
};

/** How each column but the caps is read off a document. */
export const FORWARD_READERS: ReadonlyMap<string, (document: AdDocument) => unknown> = new Map(
  Object.entries({ ...NUMBER_OF, ...WORD_OF }),
);

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

const NUMBER_NAMES = Object.keys(NUMBER_OF) as readonly NumberName[];
export const WORD_NAMES = Object.keys(WORD_OF) as readonly WordName[];

const formOf: FormOf = (name, present) => (name in WORD_OF ? codeForm(present) : narrowest(name, present));

/** A row per document; `undefined` for an empty row. Words are stored as codes of the codebooks. */
export function forwardTable(documents: readonly (AdDocument | undefined)[], codebooks: Codebooks): ForwardTable {
  const size = documents.length;
  const columns = FORWARD_COLUMN_NAMES.map(() => new Float64Array(size));
  const own = new Float64Array(FORWARD_COLUMN_NAMES.length);
  const present: number[] = [];
  // Document after document, and not column after column: a document is far away in memory, a column is not.
  for (const [row, document] of documents.entries()) {
    if (document === undefined) continue;
    present.push(row);
    readForward(document, codebooks, own, 0);
    for (let place = 0; place < own.length; place++) (columns[place] as Float64Array)[row] = own[place] as number;
  }
  const values = new Map(FORWARD_COLUMN_NAMES.map((name, place) => [name, columns[place] as Float64Array]));
  return layOut(size, values, { present, formOf });
}

const PLACES = new Map<string, number>(FORWARD_COLUMN_NAMES.map((name, place) => [name, place]));
const NUMBERS = NUMBER_NAMES.map((name) => ({ place: placeOf(name), read: NUMBER_OF[name] }));
const WORDS = WORD_NAMES.map((name) => ({ name, place: placeOf(name), read: WORD_OF[name] }));
const CAP_PLACES = FREQUENCY_CAP_LEVELS.flatMap((level) =>
  FREQUENCY_CAP_WINDOWS_DAYS.map((windowDays) => ({
    level,
    windowDays,
    place: placeOf(frequencyCapColumn(level, windowDays)),
  })),
);

/** Writes the values of all columns of one document, in the order of {@link FORWARD_COLUMN_NAMES}, from place `at` on. */
export function readForward(document: AdDocument, codebooks: Codebooks, into: Float64Array, at: number): void {
  for (const { place, read } of NUMBERS) into[at + place] = read(document);
  for (const { name, place, read } of WORDS) into[at + place] = codebooks[name].codeOf(read(document));
  for (const { place } of CAP_PLACES) into[at + place] = NO_FREQUENCY_CAP;
  for (const cap of document.frequencyCaps) {
    const known = CAP_PLACES.find(({ level, windowDays }) => level === cap.level && windowDays === cap.windowDays);
    if (known === undefined) continue;
    const place = at + known.place;
    // The strictest cap counts. Counts beyond 32 bits are no caps that anybody reaches, and are cut there.
    if (into[place] === NO_FREQUENCY_CAP || cap.impressionsMax < (into[place] as number))
      into[place] = Math.min(cap.impressionsMax, I32_MAX);
  }
}

function placeOf(name: ForwardColumnName): number {
  return PLACES.get(name) as number;
}
