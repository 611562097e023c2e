/** Errors as RFC 9457 problem details. What a caller can mend is told in full; of the rest, who owns it. */
import { GraphError } from "@tenon/graph-core";
import { HostCode, hostError } from "../host/host-error.ts";

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

const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  [HostCode.wrongBody]: 400,
  [HostCode.bodyTooLarge]: 413,
  [HostCode.noSuchRoute]: 404,
  [HostCode.overloaded]: 503,
  [HostCode.logBehind]: 503,
  [HostCode.notReady]: 503,
  [HostCode.notAllowed]: 401,
  [HostCode.noTrace]: 404,
  [HostCode.noFeed]: 404,
  // The run passed its deadline.
  TENON1211: 504,
  // A switch that does not exist, or may not be thrown.
  TENON1210: 409,
};
const STATUS_BY_CATEGORY: Readonly<Record<GraphError["category"], number>> = {
  input: 400,
  definition: 500,
  node: 500,
  resource: 502,
  invariant: 500,
};

/** What a wrapped error means when it is none of ours: its message may hold anything, so it goes to the log alone. */
export function asGraphError(error: unknown): GraphError {
  if (error instanceof GraphError) return error;
  return hostError("unexpected", {
    message: "the host failed unexpectedly",
    hint: "this is a defect of the host: look for this request id in its log",
    cause: error,
  });
}

export function statusOf(error: GraphError): number {
  return STATUS_BY_CODE[error.code] ?? STATUS_BY_CATEGORY[error.category];
}

export function headersOf(status: number): Readonly<Record<string, string>> {
  return {
    "content-type": PROBLEM_TYPE,
    ...(status === 503 && { "retry-after": String(RETRY_AFTER_SECONDS) }),
    ...(status === 401 && { "www-authenticate": "Bearer" }),
  };
}

export function problemOf(error: GraphError, requestId: string): Problem {
  const status = statusOf(error);
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
