/** For tests only: the contract of the ad index port, with its random marketplaces and its oracle. */
export { type MakeRecords, recordContract } from "../forward/conformance/record-contract.ts";
export { adIndexContract, type ContractOptions, type IndexBinding, type MakeIndex } from "./ad-index-contract.ts";
export * from "./arbitraries.ts";
export { Oracle, type Scored } from "./oracle.ts";
