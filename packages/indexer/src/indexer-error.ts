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
  notQuiet: { code: "TENON1660", category: "resource" },
  /** A first load into a repository that holds rows. */
  notEmpty: { code: "TENON1685", category: "input" },
  /** A time for which something is kept that is too short. */
  wrongRetention: { code: "TENON1658", category: "input" },
  /** A kept snapshot that is damaged or gone. */
  brokenSnapshot: { code: "TENON1659", category: "resource" },
  /** A call whose body does not fit. */
  wrongCall: { code: "TENON1686", category: "input" },
  /** A call without the rights for it. */
  notAllowed: { code: "TENON1687", category: "input" },
  callTooLarge: { code: "TENON1688", category: "input" },
  noSuchRoute: { code: "TENON1689", category: "input" },
  /** A defect of this host. */
  unexpected: { code: "TENON1690", category: "invariant" },
  /** An address beyond this machine, and no token. */
  openWithoutToken: { code: "TENON1691", category: "input" },
  /** As many calls as run at once are running. */
  busy: { code: "TENON1692", category: "resource" },
  /** A probe whose declaration cannot be used. */
  wrongProbe: { code: "TENON1693", category: "definition" },
  /** What a probe wrote was not served as it should, or not in time. */
  probeFailed: { code: "TENON1694", category: "resource" },
  /** A step of a drill did not come to its end. */
  drillFailed: { code: "TENON1695", category: "resource" },
  /** A thread of a build ended. */
  threadLost: { code: "TENON1657", category: "resource" },
} as const satisfies Record<string, { code: `TENON1${string}`; category: ErrorCategory }>;

/** Code of each, for who branches on one. */
export const IndexerCode = Object.fromEntries(Object.entries(ERRORS).map(([kind, { code }]) => [kind, code])) as {
  readonly [Kind in keyof typeof ERRORS]: (typeof ERRORS)[Kind]["code"];
};

export interface IndexerErrorFacts {
  readonly owner?: string | undefined;
  readonly detail?: string;
  readonly hint: string;
  readonly cause?: unknown;
}

export function indexerError(kind: keyof typeof ERRORS, message: string, facts: IndexerErrorFacts): GraphError {
  return new GraphError(message, { ...ERRORS[kind], ...facts });
}
