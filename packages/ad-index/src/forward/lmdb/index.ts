/** Records in lmdb: needs the package `lmdb` beside this one. */
export { LmdbRecords, type LmdbRecordsOptions } from "./lmdb-records.ts";
