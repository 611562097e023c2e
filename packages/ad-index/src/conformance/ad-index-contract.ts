/**
 * What every binding of the ad index must do, as tests. A binding's own test file calls `adIndexContract(makeIndex)`.
 * Exact bindings equal the oracle; approximate ones return sound answers in order, with a mean recall of `recallMin` or more.
 */
import type { AdDocument } from "@tenon/ads-model";
import { describe } from "vitest";
import type { AdIndexHost, EmbeddingMatrix } from "../host.ts";
import { changeContract } from "./change-contract.ts";
import { forwardContract } from "./forward-contract.ts";
import { keywordContract } from "./keyword-contract.ts";
import { matchContract } from "./match-contract.ts";
import { vectorContract } from "./vector-contract.ts";

export interface MakeIndexOptions {
  readonly embeddings: EmbeddingMatrix;
  /** Clock for time budgets, driven by the test; the binding's own when absent. */
  readonly nowMs?: () => number;
}

/** Builds the index under test. */
export type MakeIndex = (
  documents: readonly AdDocument[],
  options: MakeIndexOptions,
) => AdIndexHost | Promise<AdIndexHost>;

export interface ContractOptions {
  /** Least mean recall of a vector search against the exact answer. 1 (the default) asks for the exact answer itself. */
  readonly recallMin?: number;
}

/** Declares the contract's tests for a binding. */
export function adIndexContract(makeIndex: MakeIndex, { recallMin = 1 }: ContractOptions = {}): void {
  describe("targeting and eligibility", () => matchContract(makeIndex));
  describe("vector search", () => vectorContract(makeIndex, recallMin));
  describe("keyword search", () => keywordContract(makeIndex));
  describe("forward columns and records", () => forwardContract(makeIndex));
  describe("changes and snapshots", () => changeContract(makeIndex));
}
