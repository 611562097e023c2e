/** For tests only: the contract of the log port. */
export { eventLogContract } from "./event-log-contract.ts";
export type { ContractOptions, LogUnderTest } from "./under-test.ts";
export { type Applied, GroupStore, joinOptions, Worker } from "./worker.ts";
