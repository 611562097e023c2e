export type { Immutable } from "./contract/immutable.ts";
export { element, textElement } from "./render/markup.ts";
export { ownerLooks } from "./render/palette.ts";
export { withPlaces } from "./render/relative-places.ts";
export { svgStyle } from "./render/svg-style.ts";
export * from "./schema/index.ts";
export { replaceColumn } from "./values/candidate-batch.ts";
export { columnValues as rawValues, isColumn } from "./values/column.ts";
export { valueKindOf } from "./values/schema-kinds.ts";
