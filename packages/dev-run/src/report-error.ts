import { GraphError } from "@tenon/graph-core";

/** What a report refuses or fails with. Each has a page in docs/errors. */
export const ReportCode = {
  unknownRef: "TENON2030",
  noCheckout: "TENON2031",
  otherProtocol: "TENON2032",
  versionDied: "TENON2033",
  versionSilent: "TENON2034",
  versionFailed: "TENON2035",
  noCorpus: "TENON2036",
  wrongSettings: "TENON2037",
  noSuchFinding: "TENON2038",
} as const;

type ReportErrorName = keyof typeof ReportCode;

/** Decides the exit code: 2 for what was asked wrongly, 3 for what could not be finished. */
const CATEGORIES: Readonly<Record<ReportErrorName, "input" | "resource">> = {
  unknownRef: "input",
  noCheckout: "resource",
  otherProtocol: "resource",
  versionDied: "resource",
  versionSilent: "resource",
  versionFailed: "resource",
  noCorpus: "resource",
  wrongSettings: "input",
  noSuchFinding: "input",
};

interface ReportErrorFacts {
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint: string;
  readonly cause?: unknown;
}

export function reportError(name: ReportErrorName, { message, ...facts }: ReportErrorFacts): GraphError {
  return new GraphError(message, { code: ReportCode[name], category: CATEGORIES[name], ...facts });
}
