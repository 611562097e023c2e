export { checksum } from "./values/checksum.ts";
export { columnValues as rawValues } from "./values/column.ts";
export { checksumOf } from "./values/checksum.ts";
export * from "./schema/index.ts";
