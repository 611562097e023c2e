export { checksum } from "./values/checksum.ts";
export { columnValues as rawValues } from "./values/column.ts";
