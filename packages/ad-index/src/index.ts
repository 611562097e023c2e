/** Ad retrieval: the port for nodes (`./api`), the port for hosts, and the exact in-memory binding. */
export * from "./api.ts";
export type * from "./host.ts";
export { bindAdIndex } from "./host.ts";
export { buildExactIndex, type ExactIndexOptions } from "./segments/build-exact-index.ts";
