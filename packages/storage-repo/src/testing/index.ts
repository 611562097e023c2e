/** The figures of the repository as functions, for benchmarks; they start a server of their own. */
export { type Bench, openBench, serverCpuMs } from "./bench.ts";
export { measureBulk } from "./measure-bulk.ts";
export { makeRawTable, measureCommits, measureRetries } from "./measure-commits.ts";
export { measureCatchUp, measureFeedLog, measureLatency } from "./measure-feed.ts";
