/** Bounds of one record; every binding holds the same ones, so that a record which fits one log fits all. */

export const HEADERS_MAX = 16;
/** Characters of all header names and values together. */
export const HEADERS_CHARACTERS_MAX = 16_384;
/** Characters of a key. */
export const KEY_CHARACTERS_MAX = 1_024;
/** Bytes of a value. A Kafka broker takes batches of 1 MiB by default; headers and key need room beside the value. */
export const VALUE_BYTES_MAX = 900_000;
/** Records and bytes of one `append`. */
export const APPEND_RECORDS_MAX = 10_000;
export const APPEND_BYTES_MAX = 64 * 1024 * 1024;
/** Bytes that a record takes beside key, headers and value; the same on every binding, so that bounds mean the same. */
export const RECORD_OVERHEAD_BYTES = 64;
export const PARTITIONS_MAX = 1_024;
/** Topic names: Kafka's alphabet, and short enough to be part of a table's name. */
export const TOPIC_NAME = /^[a-z][a-z0-9.-]{0,79}$/;
/** Suffix of the topic that takes what could not be read. */
export const DEAD_LETTER_SUFFIX = ".dead";
/** Header with the fingerprint of the schema that a value was written with. */
export const SCHEMA_HEADER = "tenon-schema";
