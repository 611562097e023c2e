import type { GraphError } from "@tenon/graph-core";

/** What a script learns from a command, whichever it is. */
export const ExitCode = {
  pass: 0,
  /** It did its work and found something: a diagnostic, a failed request. */
  findings: 1,
  /** It was asked wrongly, or its settings are wrong. */
  usage: 2,
  /** It could not finish, because something that it needs is missing, silent or too late. */
  incomplete: 3,
  /** Our mistake. */
  internal: 4,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

const CODE_OF_CATEGORY: Readonly<Record<GraphError["category"], ExitCode>> = {
  definition: ExitCode.findings,
  node: ExitCode.findings,
  input: ExitCode.usage,
  resource: ExitCode.incomplete,
  invariant: ExitCode.internal,
};

export function exitCodeOf(error: GraphError): ExitCode {
  return CODE_OF_CATEGORY[error.category];
}
