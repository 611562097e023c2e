import { type ErrorCategory, GraphError } from "@tenon/graph-core";

/** Every way in which the indexing host refuses or stops, by name. Each has a page in docs/errors. */
const ERRORS = {
  /** A setting of the host that cannot be used. */
  wrongSetting: { code: "TENON1650", category: "input" },
  /** A workflow whose declaration cannot be scheduled. */
  wrongWorkflow: { code: "TENON1651", category: "definition" },
  /** A workflow that nobody declares, or options it does not take. */
  wrongCommand: { code: "TENON1652", category: "input" },
  /** A run's lease ended, and somebody else may go on with it. */
  runLost: { code: "TENON1653", category: "resource" },
  /** An outside service did not answer a look-up. */
  lookupFailed: { code: "TENON1654", category: "resource" },
  /** A base of nothing. */
  nothingToBuild: { code: "TENON1655", category: "resource" },
  /** Too many ads could not be derived. */
  derivationFailed: { code: "TENON1656", category: "node" },
  /** Changes are still under way after the time given. */
  notQuiet: { code: "TENON1658", category: "resource" },
  /** A first load into a repository that holds rows. */
  notEmpty: { code: "TENON1685", category: "input" },
  /** A thread of a build ended. */
  threadLost: { code: "TENON1657", category: "resource" },
} as const satisfies Record<string, { code: `TENON1${string}`; category: ErrorCategory }>;

export interface IndexerErrorFacts {
  readonly owner?: string | undefined;
  readonly detail?: string;
  readonly hint: string;
  readonly cause?: unknown;
}

export function indexerError(kind: keyof typeof ERRORS, message: string, facts: IndexerErrorFacts): GraphError {
  return new GraphError(message, { ...ERRORS[kind], ...facts });
}
