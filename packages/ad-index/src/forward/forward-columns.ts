/** The columns of ads that ranking, auction and filters read by id. Money is in micros, each column in one unit. */
import {
  FREQUENCY_CAP_LEVELS,
  FREQUENCY_CAP_WINDOWS_DAYS,
  type FrequencyCapLevel,
  type FrequencyCapWindowDays,
} from "@tenon/ads-model";
import type { ColumnOf } from "@tenon/graph-core";

/** Codes of a row's status; the numbers are those of the feature statuses `ok` and `missing`. */
export const ROW_FOUND = 0;
export const ROW_MISSING = 2;

/** Value of a frequency cap column for an ad without that cap. */
export const NO_FREQUENCY_CAP = -1;

/** Impressions allowed per user and window, strictest cap of the pair; {@link NO_FREQUENCY_CAP} without one. */
export type FrequencyCapColumnName = `${FrequencyCapLevel}CapPer${FrequencyCapWindowDays}Days`;

/** Name of the column that holds the caps of one level and window: `campaignCapPer7Days`. */
export function frequencyCapColumn<Level extends FrequencyCapLevel, Days extends FrequencyCapWindowDays>(
  level: Level,
  windowDays: Days,
): `${Level}CapPer${Days}Days` {
  return `${level}CapPer${windowDays}Days`;
}

const CAP_COLUMN_TYPES = Object.fromEntries(
  FREQUENCY_CAP_LEVELS.flatMap((level) =>
    FREQUENCY_CAP_WINDOWS_DAYS.map((days) => [frequencyCapColumn(level, days), "i32"]),
  ),
) as { readonly [Name in FrequencyCapColumnName]: "i32" };

/** Every forward column with its type. */
export const FORWARD_COLUMN_TYPES = {
  adGroupId: "id",
  campaignId: "id",
  advertiserId: "id",
  creativeId: "id",
  documentVersion: "id",
  updatedAtMs: "f64",
  startAtMs: "f64",
  /** Infinity is not a slot value: an ad without end has `Number.MAX_SAFE_INTEGER`. */
  endAtMs: "f64",
  category: "dictionary",
  objective: "dictionary",
  /** `perClick` or `perThousandImpressions`: which of the next two columns holds the offer; the other is 0. */
  bidPays: "dictionary",
  bidMicros: "f64",
  cpmMicros: "f64",
  /** Least expected value per thousand impressions. */
  floorMicros: "f64",
  pacing: "dictionary",
  lifetimeCapMicros: "f64",
  /** 0 for a campaign without a daily cap; real caps are 1 or more. */
  dailyCapMicros: "f64",
  /** Share of the daily cap by which a day may exceed it; 0 without a daily cap. */
  overdeliveryRatioMax: "f64",
  qualityScore: "f64",
  popularity: "f64",
  ...CAP_COLUMN_TYPES,
} as const;

export type ForwardColumnName = keyof typeof FORWARD_COLUMN_TYPES;
export type ForwardColumnType<Name extends ForwardColumnName> = (typeof FORWARD_COLUMN_TYPES)[Name];
export const FORWARD_COLUMN_NAMES = Object.keys(FORWARD_COLUMN_TYPES) as readonly ForwardColumnName[];

/** Columns by name, each of its declared type. */
export type ForwardColumns<Name extends ForwardColumnName> = {
  readonly [Key in Name]: ColumnOf[ForwardColumnType<Key>];
};
