import { type ErrorCategory, GraphError } from "@tenon/graph-core";

export interface RepoErrorFacts {
  readonly category: ErrorCategory;
  readonly expected?: string;
  readonly found?: string;
  readonly hint: string;
  readonly owner?: string | undefined;
  readonly cause?: unknown;
}

/** Codes of the storage repo; `docs/errors` has a page for each. */
export type RepoCode = `TENON15${"2" | "3" | "4"}${number}`;

/** An error of the repository. */
export function repoError(code: RepoCode, message: string, facts: RepoErrorFacts): GraphError {
  const { category, expected, found, hint, owner, cause } = facts;
  return new GraphError(message, {
    code,
    category,
    owner,
    hint,
    cause,
    detail: expected === undefined ? undefined : `expected ${expected}, found ${found ?? "none"}`,
  });
}
