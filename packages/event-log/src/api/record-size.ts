import { badRecord } from "../errors.ts";
import type { NewRecord } from "./event-log.ts";
import {
  APPEND_BYTES_MAX,
  APPEND_RECORDS_MAX,
  HEADERS_CHARACTERS_MAX,
  HEADERS_MAX,
  KEY_CHARACTERS_MAX,
  RECORD_OVERHEAD_BYTES,
  VALUE_BYTES_MAX,
} from "./limits.ts";

/**
 * Bytes that a record counts for in every bound of this package: its value, its text at one byte a character, and a fixed
 * part. Not what it takes on a disk or wire.
 */
export function recordBytes({ key, headers, value }: Pick<NewRecord, "key" | "headers" | "value">): number {
  let bytes = RECORD_OVERHEAD_BYTES + key.length + value.byteLength;
  for (const name in headers) bytes += name.length + (headers[name] as string).length;
  return bytes;
}

/** Refuses what some binding could not hold. @throws GraphError TENON1554 before anything is appended */
export function checkRecords(records: readonly NewRecord[]): void {
  const [first] = records;
  if (first === undefined) return;
  if (records.length > APPEND_RECORDS_MAX)
    throw badRecord(
      first,
      "is one of too many",
      `at most ${APPEND_RECORDS_MAX} records in one call`,
      `${records.length}`,
    );
  let bytes = 0;
  for (const record of records) {
    checkRecord(record);
    bytes += recordBytes(record);
  }
  if (bytes > APPEND_BYTES_MAX)
    throw badRecord(first, "is part of too large a call", `at most ${APPEND_BYTES_MAX} bytes`, `${bytes}`);
}

function checkRecord(record: NewRecord): void {
  const { key, timeMs, headers, value } = record;
  if (value.byteLength > VALUE_BYTES_MAX)
    throw badRecord(record, "is too large", `a value of at most ${VALUE_BYTES_MAX} bytes`, `${value.byteLength}`);
  if (key.length > KEY_CHARACTERS_MAX)
    throw badRecord(record, "has too long a key", `at most ${KEY_CHARACTERS_MAX} characters`, `${key.length}`);
  if (!key.isWellFormed()) throw badRecord(record, "has a key that is not text", "Unicode", "half of a surrogate pair");
  if (!Number.isSafeInteger(timeMs) || timeMs < 0)
    throw badRecord(record, "has no event time", "ms since 1970, an integer from 0", String(timeMs));
  const names = Object.keys(headers);
  if (names.length > HEADERS_MAX)
    throw badRecord(record, "has too many headers", `at most ${HEADERS_MAX}`, `${names.length}`);
  let characters = 0;
  for (const name of names) {
    const text = headers[name];
    if (name === "" || typeof text !== "string" || !name.isWellFormed() || !text.isWellFormed())
      throw badRecord(record, "has a header that is not text", "a name and text in Unicode", JSON.stringify(name));
    characters += name.length + text.length;
  }
  if (characters > HEADERS_CHARACTERS_MAX)
    throw badRecord(record, "has too long headers", `at most ${HEADERS_CHARACTERS_MAX} characters`, `${characters}`);
}
