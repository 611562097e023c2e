export { arraySum, visitArrays } from "./values/checksum.ts";
export { columnValues as rawValues } from "./values/column.ts";
export * from "./schema/index.ts";
export { valueKindOf } from "./values/schema-kinds.ts";
