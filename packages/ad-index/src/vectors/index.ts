/** Nearest vectors under filters: an immutable segment, and an index over it that plans each search. */
export type { AnnAnswer, AnnDecision, AnnIndex, AnnMethod, AnnQuery } from "./ann-index.ts";
export { type GraphProfile, profileGraph } from "./hnsw/graph-profile.ts";
export type { GraphSettings } from "./hnsw/graph-worker.ts";
export { HnswGraph } from "./hnsw/hnsw-graph.ts";
export { HybridIndex, type HybridIndexOptions } from "./hybrid-index.ts";
export { type CalibrationOptions, calibrate } from "./planner/calibrate.ts";
export type { Band, Calibration } from "./planner/calibration.ts";
export { measureCosts } from "./planner/measure-costs.ts";
export type { ScanCosts } from "./planner/plan-search.ts";
export type { BitmapPool } from "./segment/bitmap-pool.ts";
export type { VectorSegmentInput } from "./segment/build-segment.ts";
export type { SegmentSections, VectorFacts } from "./segment/segment-sections.ts";
export type { Metric, SegmentShape } from "./segment/segment-shape.ts";
export { VectorSegment, type VectorSegmentOptions } from "./segment/vector-segment.ts";
