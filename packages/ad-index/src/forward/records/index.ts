/** Whole documents of the few winners: the port, a store on the heap, and one in front of a key-value store outside. */
export { KeyValueRecords, type KeyValueRecordsOptions } from "./key-value-records.ts";
export type { ConditionalWrite, KeyValueStore, StoredValue } from "./key-value-store.ts";
export { MemoryRecords } from "./memory-records.ts";
export {
  RECORD_KEYS_MAX,
  RECORD_VERSIONS_MAX,
  REPLACED_KEPT_MS,
  type RecordAnswer,
  type RecordChangeReport,
  type RecordClock,
  type RecordKey,
  type RecordStore,
  type StaleRecord,
  TOMBSTONE_KEPT_MS,
} from "./record-store.ts";
