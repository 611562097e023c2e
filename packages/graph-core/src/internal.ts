export type { Immutable } from "./contract/immutable.ts";
export { type Drawing, drawTopology } from "./render/layout/drawing.ts";
export { element, textElement } from "./render/markup.ts";
export { ownerLooks } from "./render/palette.ts";
export { svgStyle } from "./render/svg-style.ts";
export * from "./schema/index.ts";
export { columnValues as rawValues } from "./values/column.ts";
export { valueKindOf } from "./values/schema-kinds.ts";
