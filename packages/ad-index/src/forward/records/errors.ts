import { GraphError } from "@tenon/graph-core";

export function recordsFailed(store: string, problem: string, cause?: unknown): GraphError {
  return new GraphError(`records of ${store} cannot be had: ${problem}`, {
    code: "TENON1432",
    category: "resource",
    detail: cause instanceof Error ? cause.message : undefined,
    hint: "rank from forward columns and give the node a fallback; look at the store's health and at the time-out",
    cause,
  });
}

export function tooManyRecords(what: string, found: number, max: number): GraphError {
  return new GraphError(`${found} ${what} at once, at most ${max} are allowed`, {
    code: "TENON1433",
    category: "input",
    detail: `expected at most ${max} ${what}, found ${found}`,
    hint: "read records of winners only, and write in batches of at most that size",
  });
}

export function noRecord(store: string, key: string | number, problem: string, cause?: unknown): GraphError {
  return new GraphError(`value of "${key}" in ${store} is no record: ${problem}`, {
    code: "TENON1434",
    category: "resource",
    detail: "expected what this store has written: the versions of one ad",
    hint: "delete the value and put the document again; if there are many, fill a new store from the base",
    cause,
  });
}
