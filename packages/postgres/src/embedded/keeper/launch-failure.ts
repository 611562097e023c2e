/** What the keeper says when it cannot start a server. It travels as data; the joining process makes the error of it. */
export interface FailureFacts {
  readonly code: `TENON1${string}`;
  readonly category: "input" | "resource" | "invariant";
  readonly message: string;
  readonly detail: string;
  readonly hint: string;
}

export class LaunchFailure extends Error {
  readonly facts: FailureFacts;

  constructor(facts: FailureFacts) {
    super(facts.message);
    this.facts = facts;
  }
}

/** TENON1513: the server did not come up, or its keeper did not. */
export function startFailed(message: string, detail: string): LaunchFailure {
  return new LaunchFailure({
    code: "TENON1513",
    category: "resource",
    message,
    detail: detail.trim() === "" ? "it said nothing" : detail.trim(),
    hint: "postgres.log and keeper/keeper.log in the data folder tell more",
  });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
