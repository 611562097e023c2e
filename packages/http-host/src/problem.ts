/** Errors as RFC 9457 problem details. What a caller can mend is told in full; of the rest, who owns it. */
import type { GraphError } from "@tenon/graph-core";

export const PROBLEM_TYPE = "application/problem+json";
/** A caller that was refused for load may try again after this. */
const RETRY_AFTER_SECONDS = 1;

export interface Problem {
  /** Page about the code, relative to the documentation. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly requestId: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly node?: string;
  readonly owner?: string;
}

/** HTTP status of an error whose code has none of its own: who must act decides. */
export const STATUS_BY_CATEGORY: Readonly<Record<GraphError["category"], number>> = {
  input: 400,
  definition: 500,
  node: 500,
  resource: 502,
  invariant: 500,
};

export function problemHeaders(status: number): Readonly<Record<string, string>> {
  return {
    "content-type": PROBLEM_TYPE,
    ...(status === 503 && { "retry-after": String(RETRY_AFTER_SECONDS) }),
    ...(status === 401 && { "www-authenticate": "Bearer" }),
  };
}

export function problemOf(error: GraphError, { status, requestId }: { status: number; requestId: string }): Problem {
  const { code, node, owner, detail, hint } = error;
  const own = { type: `docs/errors/${code}.md`, status, code, requestId };
  // A node's message can quote what it worked on: only its name and owner leave the process.
  if (node !== undefined) {
    return {
      ...own,
      title: `node "${node}" failed`,
      node,
      ...(owner !== undefined && { owner }),
      hint: "look for this request id in the host's log, or replay the request",
    };
  }
  return {
    ...own,
    title: error.message.slice(code.length + 1),
    ...(detail !== undefined && { detail }),
    ...(hint !== undefined && { hint }),
  };
}
