import { type ErrorCategory, GraphError } from "@tenon/graph-core";

/** Every way in which the stream runtime refuses or stops, by name. */
const ERRORS = {
  /** A task, or a set of tasks, that cannot be run as declared. */
  wrongTask: { code: "TENON1800", category: "definition" },
  /** A worker found that it no longer owns its partition. */
  fenced: { code: "TENON1801", category: "resource" },
  /** Retention has removed records that were not processed yet. */
  inputGone: { code: "TENON1802", category: "resource" },
  /** A record of a task that does not park failed. */
  recordFailed: { code: "TENON1803", category: "node" },
  /** The key that a task computes lives in another partition. */
  foreignKey: { code: "TENON1804", category: "definition" },
  /** Records wait, and nothing was processed for too long. */
  stuck: { code: "TENON1805", category: "resource" },
  /** What the outbox holds could not be appended to its topics. */
  relayFailed: { code: "TENON1806", category: "resource" },
  /** A value that a window folds, or its result, is outside what an aggregate can hold. */
  wrongFold: { code: "TENON1807", category: "node" },
  /** An operator's command cannot be done. */
  wrongCommand: { code: "TENON1808", category: "input" },
  /** The time of a record is too far ahead of the log's clock. */
  aheadOfTime: { code: "TENON1809", category: "input" },
  /** A handler, or a set of handlers, that cannot be run as declared. */
  wrongHandler: { code: "TENON1810", category: "definition" },
  /** A run took longer than its lease, and somebody else has its work item. */
  leaseLost: { code: "TENON1811", category: "resource" },
  /** A circle of handlers has not come to rest within its bound. */
  unsettled: { code: "TENON1812", category: "definition" },
} as const satisfies Record<string, { code: `TENON1${string}`; category: ErrorCategory }>;

export type StreamErrorKind = keyof typeof ERRORS;

export interface StreamErrorFacts {
  readonly owner?: string | undefined;
  readonly detail?: string;
  readonly hint: string;
  readonly cause?: unknown;
}

export function streamError(kind: StreamErrorKind, message: string, facts: StreamErrorFacts): GraphError {
  return new GraphError(message, { ...ERRORS[kind], ...facts });
}

/** Failures that come back with the same record: the partition waits for somebody to mend it. TENON1565 is the log's. */
const HALTS: readonly string[] = ["TENON1565", "TENON1800", "TENON1802", "TENON1803", "TENON1804", "TENON1807"];

/** Whether an error ends the work on a partition until somebody has mended its cause. */
export function isHalt(error: unknown): boolean {
  return error instanceof Error && "code" in error && HALTS.includes(String(error.code));
}

/** Whether an error says that the partition belongs to somebody else now. */
export function isFenced(error: unknown): boolean {
  return error instanceof GraphError && error.code === ERRORS.fenced.code;
}
