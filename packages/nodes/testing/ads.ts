/** Candidates as rows, for tests: a row states what the test is about, everything else is an ordinary ad. */
import { NO_FREQUENCY_CAP, ROW_FOUND } from "@tenon/ad-index/api";
import { CandidateBatch, type Column, IdColumn, type ValueOf } from "@tenon/graph-core";
import { fromGolden } from "@tenon/graph-testkit";
import { RETRIEVED_AD_COLUMN_TYPES, SOURCE_BITS } from "../retrieval/ad-columns.ts";
import type { RetrievedAds } from "../retrieval/slots.ts";

type ColumnName = keyof typeof RETRIEVED_AD_COLUMN_TYPES;
type Cell = number | string;

/** One candidate; its id and the columns that differ from an ordinary ad's. */
export type AdRow = { readonly id: number } & { readonly [Name in ColumnName]?: Cell };

const ORDINARY = {
  sources: SOURCE_BITS.vector,
  vectorScore: 0.5,
  keywordScore: 0,
  indexStatus: ROW_FOUND,
  eligibility: "eligible",
  documentVersion: 1,
  updatedAtMs: 0,
  startAtMs: 0,
  endAtMs: Number.MAX_SAFE_INTEGER,
  category: "brands/shop/shoes",
  objective: "clicks",
  bidPays: "perClick",
  bidMicros: 100_000,
  cpmMicros: 0,
  floorMicros: 0,
  pacing: "even",
  lifetimeCapMicros: 1_000_000_000,
  dailyCapMicros: 0,
  qualityScore: 0.5,
  popularity: 0.5,
} as const satisfies { readonly [Name in ColumnName]?: Cell };

/** Ids of an ad whose row does not say: each ad in a group, campaign and advertiser of its own. */
const OWN_IDS: readonly string[] = ["adGroupId", "campaignId", "advertiserId", "creativeId"];

function cell(row: AdRow, name: ColumnName): Cell {
  const given = row[name] ?? (ORDINARY as Partial<Record<ColumnName, Cell>>)[name];
  if (given !== undefined) return given;
  return OWN_IDS.includes(name) ? row.id : NO_FREQUENCY_CAP;
}

/** Columns are made as goldens write them down. */
function columnOf(type: (typeof RETRIEVED_AD_COLUMN_TYPES)[ColumnName], cells: readonly Cell[]): Column {
  const marked = type === "dictionary" ? { $dictionary: [...new Set(cells)].sort() } : { $column: type };
  return fromGolden({ ...marked, values: cells }) as Column;
}

/** The batch of these candidates, in the order given: a value of `RetrievedAds` and of every kept batch after it. */
export function adsOf(rows: readonly AdRow[]): ValueOf<typeof RetrievedAds> {
  const columns = Object.entries(RETRIEVED_AD_COLUMN_TYPES).map(([name, type]) => {
    const cells = rows.map((row) => cell(row, name as ColumnName));
    return [name, columnOf(type, cells)] as const;
  });
  const ids = IdColumn.from(rows.map(({ id }) => id));
  return CandidateBatch.of(ids, Object.fromEntries(columns)) as unknown as ValueOf<typeof RetrievedAds>;
}
