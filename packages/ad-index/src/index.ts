/** Ad retrieval: the port for nodes (`./api`), the port for hosts, and the exact in-memory binding. */
export * from "./api.ts";
export { buildExactIndex, type ExactIndexOptions } from "./exact/build-exact-index.ts";
export type * from "./host.ts";
export { bindAdIndex } from "./host.ts";
