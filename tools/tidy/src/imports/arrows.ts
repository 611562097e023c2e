/** Who may import whom, as data. `rules.ts` turns it into rules of the import checker. */

/** Workspace → the workspaces its sources may import. A workspace that is not listed here fails the test. */
export const workspaceArrows: Readonly<Record<string, readonly string[]>> = {
  "packages/graph-core": [],
  "packages/graph-testkit": ["packages/graph-core"],
  "packages/source-rules": ["packages/graph-core"],
  "packages/ads-model": ["packages/graph-core"],
  "packages/model-serving": ["packages/graph-core", "packages/ads-model"],
  "packages/ad-index": ["packages/graph-core", "packages/ads-model"],
  "packages/postgres": ["packages/graph-core"],
  "packages/storage-repo": ["packages/graph-core", "packages/postgres"],
  "packages/event-log": ["packages/graph-core", "packages/postgres"],
  "packages/stream-runtime": [
    "packages/graph-core",
    "packages/postgres",
    "packages/event-log",
    "packages/storage-repo",
  ],
  "packages/marketplace": ["packages/graph-core", "packages/ads-model"],
  "packages/nodes": [
    "packages/graph-core",
    "packages/ads-model",
    "packages/model-serving",
    "packages/ad-index",
    "packages/event-log",
    "packages/storage-repo",
    "packages/stream-runtime",
  ],
  graphs: [
    "packages/graph-core",
    "packages/ads-model",
    "packages/nodes",
    "packages/event-log",
    "packages/stream-runtime",
  ],
  "packages/admixer": [
    "packages/graph-core",
    "packages/ads-model",
    "packages/model-serving",
    "packages/ad-index",
    "packages/event-log",
    "packages/postgres",
    "packages/marketplace",
    "packages/nodes",
    "graphs",
  ],
  "packages/cli": [
    "packages/graph-core",
    "packages/source-rules",
    "packages/ads-model",
    "packages/model-serving",
    "packages/ad-index",
    "packages/marketplace",
    "packages/nodes",
    "packages/admixer",
    "packages/postgres",
    "packages/event-log",
    "packages/storage-repo",
    "packages/stream-runtime",
    "graphs",
  ],
  bench: [
    "packages/graph-core",
    "packages/graph-testkit",
    "packages/ads-model",
    "packages/model-serving",
    "packages/ad-index",
    "packages/marketplace",
    "packages/postgres",
    "packages/storage-repo",
    "packages/event-log",
    "packages/stream-runtime",
    "packages/nodes",
    "packages/admixer",
    "graphs",
    "tools/kafka",
  ],
  "tools/tidy": ["packages/graph-core", "packages/source-rules"],
  "tools/kafka": ["packages/event-log"],
};

/** Tests may also use these: the test kit, the data and bindings that a node's test runs on, and a Kafka of their own. */
export const alsoInTests: readonly string[] = [
  "packages/graph-testkit",
  "packages/marketplace",
  "packages/ad-index",
  "packages/postgres",
  "packages/storage-repo",
  "tools/kafka",
];

/** Folder of graph-core → the folders whose code it may call. Types may be imported from above, too. */
export const coreArrows: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  values: ["contract"],
  schema: ["contract", "values"],
  graph: ["contract", "values", "schema"],
  check: ["contract", "values", "schema", "graph"],
  observe: ["contract", "values", "graph"],
  render: ["contract", "graph"],
  compile: ["contract", "values", "schema", "graph", "check"],
  execute: ["contract", "values", "schema", "graph", "observe", "compile"],
  edit: ["contract", "values", "schema"],
};

/** Files that join two folders, and so may call both: `compileGraph` checks, compiles and hands out a plan that runs. */
export const coreJoints: readonly string[] = ["packages/graph-core/src/compile/compile-graph.ts"];

/** What `observe` and `render` may not even know by type: they read data, and work on recorded data too. */
export const dataOnly = { folders: ["observe", "render"], neverFrom: ["check", "compile", "execute", "edit"] } as const;

/** Outside library → where it may be imported, tests aside. One home each, so that it can be replaced in one place. */
export const libraryHomes: Readonly<Record<string, readonly string[]>> = {
  zod: [
    "packages/graph-core/src/(contract|values|schema)/",
    "packages/ads-model/src/",
    "packages/model-serving/src/",
    "packages/(storage-repo|event-log|stream-runtime)/src/",
    "packages/nodes/[^/]+/[^/]+\\.ts$",
    "packages/nodes/[^/]+/shared/",
    "packages/admixer/src/",
    "bench/",
  ],
  immer: ["packages/graph-core/src/edit/", "bench/"],
  fastify: ["packages/admixer/src/"],
  "@fastify/.+": ["packages/admixer/src/"],
  "fastify-.+": ["packages/admixer/src/"],
  "@opentelemetry/.+": ["packages/admixer/src/observe/"],
  pg: ["packages/postgres/src/", "bench/"],
  "hyparquet-writer": ["packages/storage-repo/src/snapshot/"],
  lmdb: ["packages/ad-index/src/forward/lmdb/"],
  kafkajs: ["packages/event-log/src/kafka/"],
  "@platformatic/kafka": ["packages/event-log/src/kafka/"],
  "hnswlib-node": ["packages/ad-index/src/vectors/hnsw/"],
  wabt: ["packages/ad-index/scripts/"],
  commander: ["packages/cli/src/"],
  picocolors: ["packages/cli/src/"],
  acorn: ["packages/source-rules/src/"],
  "dependency-cruiser": ["tools/tidy/src/imports/"],
  "fast-check": [
    "packages/graph-testkit/src/",
    "packages/ad-index/src/(forward/)?conformance/",
    "tools/tidy/src/report/property-seed.ts",
  ],
  vitest: [
    "packages/graph-testkit/src/",
    "packages/(ad-index|storage-repo|event-log)/src/(forward/)?conformance/",
    "tools/tidy/src/report/",
  ],
  async: ["bench/"],
  autocannon: ["bench/"],
  effect: ["bench/"],
  grfn: ["bench/"],
  rxjs: ["bench/"],
  usearch: ["bench/"],
};
