/** Brings one feature's values and statuses into the form of F2 and F3 (feature-snapshot.ts). */
import { type Column, columnValues, handOver } from "./column.ts";
import { F32Column, F64Column, HAND_OVER, I32Column } from "./columns.ts";
import { DictionaryColumn } from "./dictionary.ts";
import { ABSENT, ABSENT_I32, type FeatureDeclaration, fits } from "./feature-schema.ts";
import { allFiniteF32, allFiniteF64 } from "./finite.ts";
import type { FeatureValues } from "./snapshot-bytes.ts";
import { FEATURE_STATUSES, type Statuses } from "./snapshot-parts.ts";
import { featureMisfit } from "./value-error.ts";

const OK = FEATURE_STATUSES.indexOf("ok");
const DEFAULT = FEATURE_STATUSES.indexOf("default");
const MISSING = FEATURE_STATUSES.indexOf("missing");
const TIMEOUT = FEATURE_STATUSES.indexOf("timeout");

export interface Settled {
  readonly column: Column;
  readonly statuses: Statuses;
}

/** Applies F2. `given`: one status code, a code per row, or `undefined` to read absence from the values. */
export function settle(feature: FeatureDeclaration, column: Column, given: Statuses | undefined): Settled {
  const values = columnValues(column) as FeatureValues;
  if (given === undefined || given === OK) {
    if (allPresent(feature, values)) return { column, statuses: OK };
  } else if (given === MISSING || given === TIMEOUT) {
    return absent(feature, values.length, given);
  }
  return settleRows(feature, column, values, given);
}

function settleRows(
  feature: FeatureDeclaration,
  column: Column,
  values: FeatureValues,
  given: Statuses | undefined,
): Settled {
  const settledValues = values.slice();
  const statuses = new Uint8Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    const present = isPresent(feature, value);
    const status = typeof given === "object" ? (given[row] as number) : (given ?? (present ? OK : MISSING));
    if (status >= FEATURE_STATUSES.length)
      throw featureMisfit(feature.name, "a status code from 0 to 4", String(status));
    if (status === MISSING || status === TIMEOUT) {
      settledValues[row] = feature.default ?? ABSENT[feature.type];
      statuses[row] = status === MISSING && feature.default !== undefined ? DEFAULT : status;
    } else if (present && fits(feature, value)) {
      statuses[row] = status;
    } else {
      throw featureMisfit(
        feature.name,
        `${presentText(feature)} in row ${row} of status ${FEATURE_STATUSES[status]}`,
        String(value),
      );
    }
  }
  return { column: handOver(column, settledValues as never), statuses: shorten(statuses) };
}

/** A feature that no row has. */
export function absent(feature: FeatureDeclaration, rowCount: number, status: number = MISSING): Settled {
  const column = constant(feature, feature.default ?? ABSENT[feature.type], rowCount);
  const settledStatus = status === MISSING && feature.default !== undefined ? DEFAULT : status;
  return { column, statuses: rowCount === 0 ? OK : settledStatus };
}

/** Statuses that are the same in every row become one, so that the form depends on the content alone (F3). */
function shorten(statuses: Uint8Array): Statuses {
  const first = statuses[0] ?? OK;
  return statuses.every((status) => status === first) ? first : statuses;
}

/** A column of one value. */
export function constant(feature: FeatureDeclaration, value: number, rowCount: number): Column {
  switch (feature.type) {
    case "f64":
      return new F64Column(HAND_OVER, new Float64Array(rowCount).fill(value));
    case "f32":
      return new F32Column(HAND_OVER, new Float32Array(rowCount).fill(value));
    case "i32":
      return new I32Column(HAND_OVER, new Int32Array(rowCount).fill(value));
    case "dictionary": {
      const { dictionary } = feature;
      if (dictionary === undefined) throw featureMisfit(feature.name, "a dictionary", "none");
      return new DictionaryColumn(HAND_OVER, dictionary, new Int32Array(rowCount).fill(value));
    }
  }
}

function isPresent(feature: FeatureDeclaration, value: number): boolean {
  return feature.type === "i32"
    ? value !== ABSENT_I32
    : feature.type === "dictionary"
      ? value !== -1
      : !Number.isNaN(value);
}

export function presentText(feature: FeatureDeclaration): string {
  return feature.type === "dictionary" ? "a code of its dictionary" : `a finite ${feature.type} value`;
}

function allPresent(feature: FeatureDeclaration, values: FeatureValues): boolean {
  switch (feature.type) {
    case "f64":
      return allFiniteF64(values as Float64Array);
    case "f32":
      return allFiniteF32(values as Float32Array);
    case "i32":
      return allWithin(values as Int32Array, ABSENT_I32 + 1, 2147483647);
    case "dictionary":
      return allWithin(values as Int32Array, 0, (feature.dictionary?.words.length ?? 0) - 1);
  }
}

function allWithin(values: Int32Array, least: number, most: number): boolean {
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (value < least || value > most) return false;
  }
  return true;
}
