/** Who makes a served field, who reads it, and what is wrong with either. Loads no host. */
export { type LineageParts, lineageOf } from "./build-lineage.ts";
export { checkLineage } from "./check-lineage.ts";
export type { Actor, Edge, Item, ItemKind, Lineage } from "./lineage.ts";
export { shownItem, shownVia } from "./render-manifest.ts";
