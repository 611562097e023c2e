/**
 * What every binding of the ad index must do, as tests. A binding's own test file calls `adIndexContract({ makeBase, openIndex })`.
 * Exact bindings equal the oracle; approximate ones return sound answers in order, with a mean recall of `recallMin` or more.
 */
import type { AdDocument } from "@tenon/ads-model";
import { describe } from "vitest";
import type { AdIndexHost, DocumentDelete, EmbeddingMatrix, IndexBase } from "../host.ts";
import { baseContract } from "./base-contract.ts";
import { changeContract } from "./change-contract.ts";
import { forwardContract } from "./forward-contract.ts";
import { keywordContract } from "./keyword-contract.ts";
import { matchContract } from "./match-contract.ts";
import { vectorContract } from "./vector-contract.ts";

/** What is under test. */
export interface IndexBinding {
  readonly makeBase: (
    documents: readonly AdDocument[],
    options: {
      readonly embeddings: EmbeddingMatrix;
      readonly name?: string;
      readonly watermark?: number;
      readonly deletions?: readonly DocumentDelete[];
    },
  ) => IndexBase | Promise<IndexBase>;
  /** `nowMs`: clock for time budgets, driven by the test; the binding's own when absent. */
  readonly openIndex: (base: IndexBase, options: { readonly nowMs?: () => number }) => AdIndexHost;
}

/** Builds an index of documents. */
export type MakeIndex = (
  documents: readonly AdDocument[],
  options: { readonly embeddings: EmbeddingMatrix; readonly nowMs?: () => number },
) => Promise<AdIndexHost>;

export interface ContractOptions {
  /** Least mean recall of a vector search against the exact answer. 1 (the default) asks for the exact answer itself. */
  readonly recallMin?: number;
}

/** Declares the contract's tests for a binding. */
export function adIndexContract(binding: IndexBinding, { recallMin = 1 }: ContractOptions = {}): void {
  const makeIndex: MakeIndex = async (documents, { embeddings, ...options }) =>
    binding.openIndex(await binding.makeBase(documents, { embeddings }), options);
  describe("targeting and eligibility", () => matchContract(makeIndex));
  describe("vector search", () => vectorContract(makeIndex, recallMin));
  describe("keyword search", () => keywordContract(makeIndex));
  describe("forward columns and records", () => forwardContract(makeIndex));
  describe("changes and snapshots", () => changeContract(makeIndex));
  describe("base swap and rollback", () => baseContract(binding));
}
