/** Every document of the studio: its schema, its type, and how it is made. */
export * from "./ad-document.ts";
export { COHORT_RUNS_MAX, cohortDocument } from "./build/cohort-document.ts";
export { type GraphDocumentOptions, graphDocument } from "./build/graph-document.ts";
export { BOXES_MAX } from "./build/lay-out.ts";
export { runDocument } from "./build/run-document.ts";
export type { RunInput } from "./build/run-input.ts";
export * from "./cohort-document.ts";
export * from "./document-view.ts";
export { adDocument } from "./explain/ad-document.ts";
export { fatesOf } from "./explain/fates.ts";
export * from "./graph-document.ts";
export * from "./index-document.ts";
export * from "./lineage-document.ts";
export * from "./live-document.ts";
export * from "./parts.ts";
export * from "./run-document.ts";
export * from "./what-if.ts";
