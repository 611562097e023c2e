/** Refusals of what a host hands to an executor. */
import { GraphError } from "../contract/error.ts";
import type { BeginOptions } from "./run-context.ts";

const TEXT_SHOWN_MAX = 80;

/** The error of a wrong option, or `undefined`. Called once per request: comparisons only. */
export function wrongBeginOption(options: BeginOptions, graphName: string): GraphError | undefined {
  const { requestId, nowMs, deadlineMs, seed, quality } = options;
  const wrong = (name: string, expected: string, found: unknown) =>
    wrongOption({ graphName, call: "begin", name, expected, found });
  if (typeof requestId !== "string") return wrong("requestId", "a text", requestId);
  if (nowMs !== undefined && !Number.isFinite(nowMs)) return wrong("nowMs", "milliseconds since the epoch", nowMs);
  if (deadlineMs !== undefined && !(deadlineMs >= 0)) {
    return wrong("deadlineMs", "milliseconds since the epoch, not a duration", deadlineMs);
  }
  if (seed !== undefined && !Number.isInteger(seed)) return wrong("seed", "a whole number", seed);
  if (quality !== undefined && !(quality > 0 && quality <= 1)) return wrong("quality", "above 0, at most 1", quality);
  if (options.checked !== true && looksInside(options)) {
    return wrong("checked", "true where onOutputs, onReplaced, given or edit is set", options.checked);
  }
  return undefined;
}

function looksInside({ onOutputs, onReplaced, given, edit }: BeginOptions): boolean {
  return onOutputs !== undefined || onReplaced !== undefined || given !== undefined || edit !== undefined;
}

/** @throws GraphError TENON1214 unless `value` is absent or from 0 to 1 */
export function requireShare(graphName: string, name: string, value: number | undefined): void {
  if (value === undefined || (value >= 0 && value <= 1)) return;
  throw wrongOption({ graphName, call: "createExecutor", name, expected: "a share from 0 to 1", found: value });
}

export function wrongOption(facts: {
  readonly graphName: string | undefined;
  readonly call: string;
  readonly name: string;
  readonly expected: string;
  readonly found: unknown;
}): GraphError {
  const { graphName, call, name, expected, found } = facts;
  const graph = graphName === undefined ? "" : ` for graph "${graphName}"`;
  return new GraphError(`option "${name}" of ${call}${graph} has a wrong value`, {
    code: "TENON1214",
    category: "input",
    graph: graphName,
    detail: `expected ${expected}, found ${shown(found)}`,
    hint: `correct "${name}" where the host calls ${call}`,
  });
}

function shown(found: unknown): string {
  if (typeof found === "string") return JSON.stringify(found.slice(0, TEXT_SHOWN_MAX));
  return typeof found === "number" ? String(found) : typeof found;
}

/** A context of another executor, or one that has had its run. */
export function notARunToStart(graphName: string, requestId: string, isOwn: boolean): GraphError {
  return new GraphError(
    isOwn
      ? `request "${requestId}" of graph "${graphName}" was executed before`
      : `request "${requestId}" was begun by another executor than that of graph "${graphName}"`,
    {
      code: "TENON1215",
      category: "input",
      graph: graphName,
      detail: "a run context is begun once, executed once, by one executor",
      hint: "call executor.begin() for every run and hand its context to the same executor",
    },
  );
}
