import type { CodeChanges } from "../compare/code-changes.ts";
import type { Compared } from "../compare/compared.ts";
import type { GraphChanges } from "../compare/graph-changes.ts";
import type { RootGroup } from "../compare/root-groups.ts";
import type { FileOwners } from "./file-owners.ts";

/** What every section is made from. */
export interface ReportInput {
  readonly compared: Compared;
  readonly groups: readonly RootGroup[];
  /** One per graph, in the order of the graphs. */
  readonly changes: readonly GraphChanges[];
  readonly code: CodeChanges;
  readonly owners: FileOwners;
  readonly refs: { readonly base: string; readonly head: string | undefined };
  readonly corpora: readonly string[];
  /** 32-bit seed of every resampling. */
  readonly seed: number;
}
