/** Replaying one entry of a corpus: on the code that recorded it, or on another version. */
import { hash } from "node:crypto";
import type { RecordedEntry } from "../corpus/recorded-entry.ts";
import { nodeDigest } from "./digest.ts";
import { givenFrom, requestOf, rerunFor } from "./given-from.ts";
import { type AnyExecutor, nodeNamed } from "./graph-facts.ts";
import { type ObservedRun, type ReplayManner, runRecorded } from "./run-recorded.ts";

export interface ReplayEntryOptions extends ReplayManner {
  /** Starts at this node: what does not lie behind it is given, not run. */
  readonly from?: string;
  /** `always` looks for the first node that differs also where the response does not. Default `ifDifferent`. */
  readonly nodes?: "ifDifferent" | "always";
}

export interface ReplayedRun extends ObservedRun {
  /** The response, or the failure, is the recorded one. */
  readonly same: boolean;
  /** The first node, in execution order, that gave something else than was recorded; with the slots it writes. */
  readonly firstDifferent: { readonly node: string; readonly slots: readonly string[] } | undefined;
}

/**
 * Repeats a recorded run, checked, and says whether it gave what it gave then.
 *
 * @throws GraphError TENON1214 for an entry of another graph; TENON1302 unless pinned resources are of the recorded
 *   versions or `versions` is `asBound`; TENON2006 for an unknown node
 */
export async function replayEntry(
  executor: AnyExecutor,
  entry: RecordedEntry,
  { from, nodes = "ifDifferent", ...options }: ReplayEntryOptions = {},
): Promise<ReplayedRun> {
  const { recording } = entry;
  let run: ObservedRun;
  if (from === undefined) run = await runRecorded(executor, recording, options);
  else {
    const { index, wired } = nodeNamed(executor, from);
    const before = await runRecorded(executor, recording, options);
    const rerun = new Set([index, ...rerunFor(executor, before, wired.writes)]);
    const hooks = { given: givenFrom(executor, before, rerun) };
    run = await runRecorded(executor, recording, { ...options, override: requestOf(executor, before), hooks });
  }
  const same = isSame(run, entry);
  return {
    ...run,
    same,
    firstDifferent: same && nodes === "ifDifferent" ? undefined : firstDifferent(executor, run, entry),
  };
}

function isSame({ response, failure }: ObservedRun, { responseDigest, failureCode }: RecordedEntry): boolean {
  return failure?.code === failureCode && (response && hash("sha256", response)) === responseDigest;
}

function firstDifferent(
  executor: AnyExecutor,
  run: ObservedRun,
  { digests }: RecordedEntry,
): ReplayedRun["firstDifferent"] {
  const found = executor.plan.nodes.find(
    ({ index, wired }) => nodeDigest(executor, run, index) !== digests[wired.name],
  );
  return found && { node: found.wired.name, slots: found.wired.writes };
}
