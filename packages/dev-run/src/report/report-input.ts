import type { CodeChanges } from "../compare/code-changes.ts";
import type { Compared } from "../compare/compared.ts";
import type { GraphChanges } from "../compare/graph-changes.ts";
import type { RootGroup } from "../compare/root-groups.ts";
import type { IndexingAnswer } from "../versions/protocol.ts";
import type { FileOwners } from "./file-owners.ts";
import type { OwnerGates } from "./gates/owner-gates.ts";

/** What every section is made from. */
export interface ReportInput {
  readonly compared: Compared;
  readonly groups: readonly RootGroup[];
  /** One per graph, in the order of the graphs. */
  readonly changes: readonly GraphChanges[];
  readonly code: CodeChanges;
  readonly owners: FileOwners;
  readonly gates: OwnerGates;
  /** As the base had them. */
  readonly baseGates: OwnerGates;
  /** One per corpus with indexing runs. */
  readonly indexing: { readonly base: readonly IndexingAnswer[]; readonly head: readonly IndexingAnswer[] };
  readonly refs: { readonly base: string; readonly head: string | undefined };
  readonly corpora: readonly string[];
  /** 32-bit seed of every resampling. */
  readonly seed: number;
}
