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

/** TENON1524: a caller's transaction joins one write set. */
export function writtenTwice(): Error {
  return repoError("TENON1524", "a transaction was given a second write set", {
    category: "input",
    expected: "one write set per caller's transaction: its change batch is already written",
    found: "a second one",
    hint: "merge the write sets, or write them in repo.tx, which records once at its end",
  });
}

/** TENON1528: inputs could be torn. */
export function needsOneSnapshot(): Error {
  return repoError("TENON1528", "a transaction reads without one snapshot", {
    category: "definition",
    expected: "isolation repeatableRead or serializable",
    found: "readCommitted: each statement would see another state, and a set of inputs could be torn",
    hint: "open the transaction with isolation repeatableRead, or read in a transaction of its own with repo.read",
  });
}
