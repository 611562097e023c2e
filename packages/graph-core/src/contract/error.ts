/** Who must act: graph author, caller, node's owner, outside system, us. */
export type ErrorCategory = "definition" | "input" | "node" | "resource" | "invariant";

/** `TENON1003`: `docs/errors` has a page for each. */
export type ErrorCode = `TENON${1 | 2}${string}`;

export interface GraphErrorFacts {
  readonly code: ErrorCode;
  readonly category: ErrorCategory;
  readonly graph?: string | undefined;
  readonly node?: string | undefined;
  readonly slot?: string | undefined;
  readonly owner?: string | undefined;
  /** Expected against found. */
  readonly detail?: string | undefined;
  /** The edit or action that mends it. */
  readonly hint?: string | undefined;
  /** Digest of the failing node's inputs, to find the same case in a recording. */
  readonly inputDigest?: string | undefined;
  readonly cause?: unknown;
}

/** The one error Tenon throws or rejects with. Anything a node throws arrives as its `cause`. */
export class GraphError extends Error {
  override readonly name = "GraphError";
  readonly code: ErrorCode;
  readonly category: ErrorCategory;
  readonly graph: string | undefined;
  readonly node: string | undefined;
  readonly slot: string | undefined;
  readonly owner: string | undefined;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly inputDigest: string | undefined;

  constructor(message: string, facts: GraphErrorFacts) {
    super(`${facts.code} ${message}`, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = facts.code;
    this.category = facts.category;
    this.graph = facts.graph;
    this.node = facts.node;
    this.slot = facts.slot;
    this.owner = facts.owner;
    this.detail = facts.detail;
    this.hint = facts.hint;
    this.inputDigest = facts.inputDigest;
  }

  /** For logs: every fact and the messages of the causes, never the causes themselves, which may hold anything. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { code, category, message, graph, node, slot, owner, detail, hint, inputDigest } = this;
    const causes = causesOf(this);
    return {
      ...{ code, category, message, graph, node, slot, owner, detail, hint, inputDigest },
      ...(causes.length > 0 && { causes }),
    };
  }
}

/** Longest chain of causes that is told. */
const CAUSES_MAX = 5;
const CAUSE_CHARACTERS_MAX = 500;

function causesOf(error: Error): readonly string[] {
  const causes: string[] = [];
  for (let at = error.cause; at instanceof Error && causes.length < CAUSES_MAX; at = at.cause) {
    causes.push(`${at.name}: ${at.message}`.slice(0, CAUSE_CHARACTERS_MAX));
  }
  return causes;
}
