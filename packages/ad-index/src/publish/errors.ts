/** Errors of publishing, of loading what was published, and of the stores it lies in. */
import { GraphError } from "@tenon/graph-core";

export interface FailedGate {
  readonly id: string;
  readonly detail: string;
}

export function gatesFailed(base: string, failed: readonly FailedGate[]): GraphError {
  return new GraphError(`base "${base}" is not published: ${failed.length} of its gates failed`, {
    code: "TENON1435",
    category: "input",
    detail: failed.map(({ id, detail }) => `${id}: ${detail}`).join("\n"),
    hint: "look at the source of the data first; `force` with a reason publishes it all the same, and the manifest keeps the reason",
  });
}

export function publishConflict(what: string, expected: string, found: string): GraphError {
  return new GraphError(`${what}: another publisher was first`, {
    code: "TENON1436",
    category: "resource",
    detail: `expected ${expected}, found ${found}`,
    hint: "the other one's base serves; compare with it, and publish again under a new name if yours is the one that is wanted",
  });
}

export function nameTaken(base: string, problem: string): GraphError {
  return new GraphError(`base name "${base}" is taken: ${problem}`, {
    code: "TENON1437",
    category: "input",
    detail: "a base never changes once it has a name",
    hint: "give each build a name of its own, e.g. with its time",
  });
}

export function unknownBase(base: string, known: readonly string[]): GraphError {
  return new GraphError(`there is no base "${base}" to go to`, {
    code: "TENON1438",
    category: "input",
    detail: known.length === 0 ? "no base is kept" : `expected one of ${known.join(", ")}`,
    hint: "`tenon index list` shows the bases that are kept",
  });
}

export function nothingPublished(store: string): GraphError {
  return new GraphError(`nothing is published in ${store}`, {
    code: "TENON1439",
    category: "resource",
    detail: "expected a current base, found none",
    hint: "publish a base first; if there is one, check the address of the store",
  });
}

export function badBaseFile(
  base: string,
  problem: { readonly file: string; readonly expected: string; readonly found: string },
  previous: string | undefined,
): GraphError {
  const away = previous === undefined ? "no earlier base is kept: build anew" : `load base "${previous}" instead`;
  return new GraphError(`file "${problem.file}" of base "${base}" is not what was published`, {
    code: "TENON1440",
    category: "resource",
    detail: `expected ${problem.expected}, found ${problem.found}`,
    hint: `${away}; \`tenon index verify ${base}\` looks at every file, \`tenon index rollback\` moves everybody`,
  });
}

export function unreadable(what: string, problem: string, cause?: unknown): GraphError {
  return new GraphError(`${what} cannot be understood: ${problem}`, {
    code: "TENON1441",
    category: "resource",
    detail: cause instanceof Error ? cause.message : undefined,
    hint: "it was written by another version of the program, or by hand: take the previous base, or roll out the program first",
    cause,
  });
}

export function badBuild(problem: string, expected: string): GraphError {
  return new GraphError(`this is no build that can be published: ${problem}`, {
    code: "TENON1442",
    category: "input",
    detail: `expected ${expected}`,
    hint: "look at the step that made the build",
  });
}

export function storeFailed(store: string, problem: string, cause?: unknown): GraphError {
  return new GraphError(`${store} failed: ${problem}`, {
    code: "TENON1443",
    category: "resource",
    detail: cause instanceof Error ? cause.message : undefined,
    hint: "look at the store's health and the way to it; what was written so far is found again by the next try",
    cause,
  });
}

export function storeRefuses(store: string, problem: string): GraphError {
  return new GraphError(`${store} cannot be used: ${problem}`, {
    code: "TENON1444",
    category: "resource",
    detail: undefined,
    hint: "check address, region, keys and rights; `file:///folder` and `s3://bucket/prefix` are understood",
  });
}
