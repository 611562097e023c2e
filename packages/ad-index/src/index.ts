/** Ad retrieval: the port for nodes (`./api`), the port for hosts, and the bindings. */
export * from "./api.ts";
export type * from "./host.ts";
export { bindAdIndex } from "./host.ts";
export { type BaseOptions, buildBase, type VectorLayout } from "./segments/base.ts";
export { type OpenedBase, type OpenOptions, type OpenRecords, openBase, writeBase } from "./segments/base-files.ts";
export { buildExactIndex, type IndexOptions, openIndex } from "./segments/open-index.ts";
