/**
 * Where the index keeps each leaf of a document, and which places each read answers from. The last mile of the lineage of a
 * served field; `places.test.ts` holds it against what the builders of a segment truly look at.
 */
import type { ColumnUse } from "@tenon/graph-core";
import type { AdIndexReads } from "./api.ts";
import {
  FORWARD_COLUMN_NAMES,
  type ForwardColumnName,
  type FrequencyCapColumnName,
} from "./forward/forward-columns.ts";

/** Name of the index as a table, in what nodes declare of the columns they read. */
export const INDEX_TABLE = "adIndex";

const capColumn = (name: ForwardColumnName): name is FrequencyCapColumnName => /CapPer\d+Days$/.test(name);

/** Forward column → the leaf it holds; caps are taken apart from one leaf. */
const FORWARD_LEAF: { readonly [Name in Exclude<ForwardColumnName, FrequencyCapColumnName>]: string } = {
  adGroupId: "adGroupId",
  campaignId: "campaignId",
  advertiserId: "advertiserId",
  creativeId: "creativeId",
  documentVersion: "version",
  updatedAtMs: "updatedAtMs",
  startAtMs: "schedule.startAtMs",
  endAtMs: "schedule.endAtMs",
  category: "category",
  objective: "objective",
  bidPays: "bid",
  bidMicros: "bid",
  cpmMicros: "bid",
  floorMicros: "floorMicros",
  pacing: "budget.pacing",
  lifetimeCapMicros: "budget.lifetime.capMicros",
  dailyCapMicros: "budget.daily.capMicros",
  overdeliveryRatioMax: "budget.daily.overdeliveryRatioMax",
  qualityScore: "qualityScore",
  popularity: "popularity",
};

const forward = FORWARD_COLUMN_NAMES.map((name): readonly [string, readonly string[]] => [
  `forward.${name}`,
  [capColumn(name) ? "frequencyCaps" : FORWARD_LEAF[name]],
]);

/**
 * Place in a segment → leaves of the `AdDocument` that it is made of. Besides, the record store holds every leaf whole: the place
 * of leaf L there is `record.L` (see {@link recordPlace}).
 */
export const INDEX_PLACES: ReadonlyMap<string, readonly string[]> = new Map([
  ["row.id", ["adId"]],
  ["row.version", ["version"]],
  ["row.campaign", ["campaignId"]],
  ["targeting", ["targeting.whenMissing", "targeting.conjunctions"]],
  ["schedule", ["schedule.startAtMs", "schedule.endAtMs"]],
  ["state.active", ["status"]],
  ["state.creativeApproved", ["creativeReview"]],
  ["state.policyApproved", ["policyReview"]],
  ["keywords", ["title", "brand", "keywords", "body", "category"]],
  ["vector", ["embedding.version", "embedding.row"]],
  ...forward,
]);

export function recordPlace(leaf: string): string {
  return `record.${leaf}`;
}

/** What decides whether an ad may serve: its target, its schedule, its states, and the block of its campaign. */
const FILTER = [
  ...["row.id", "row.campaign", "targeting", "schedule"],
  ...["state.active", "state.creativeApproved", "state.policyApproved"],
] as const;

/** Read → the places it answers from; `forwardRecords` has the record store, whole. */
const READ_PLACES: { readonly [Read in Exclude<keyof AdIndexReads, "forwardRecords">]: readonly string[] } = {
  matchTargeting: FILTER,
  searchVectors: ["vector", ...FILTER],
  searchKeywords: ["keywords", ...FILTER],
  eligibilityOf: FILTER,
  forwardColumns: forward.map(([place]) => place),
};

/** For the contract of a node that asks the index: `columns: [readsOfIndex("searchVectors")]`. */
export function readsOfIndex(read: keyof typeof READ_PLACES): ColumnUse {
  return { table: INDEX_TABLE, reads: READ_PLACES[read] };
}

/** For the contract of a node that reads whole records: the leaves it takes from them. */
export function readsOfRecords(...leaves: readonly string[]): ColumnUse {
  return { table: INDEX_TABLE, reads: leaves.map(recordPlace) };
}
