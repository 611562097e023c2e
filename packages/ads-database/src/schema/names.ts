import { type AdsTable, adsTables } from "../api/tables.ts";

export const SCHEMA = "ads";
/** What the change log is decoded from. */
export const PUBLICATION = "ads_changes";

/** `ads.ad_groups` */
export function sqlTable(table: AdsTable): string {
  return `${SCHEMA}.${table}`;
}

/** `bidAmountMicros` as `bid_amount_micros`. */
export function sqlColumn(column: string): string {
  return column.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export function keyColumn(table: AdsTable): string {
  return sqlColumn(adsTables[table].key);
}

export function columnsOf(table: AdsTable): readonly string[] {
  return adsTables[table].columns;
}

export function sqlColumns(table: AdsTable): readonly string[] {
  return columnsOf(table).map(sqlColumn);
}
