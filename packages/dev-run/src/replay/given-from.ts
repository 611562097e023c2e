import type { BeginOptions, LedgerStage, NodeOutputs, SlotKey } from "@tenon/graph-core";
import { type AnyExecutor, downstreamOf } from "./graph-facts.ts";
import type { ObservedRun } from "./run-recorded.ts";

/**
 * Indexes of the nodes that must run again when these slots have other values. A filter whose policy was applied in the
 * earlier run is among them: what it kept is made anew, and what lies behind it is aligned with that.
 */
export function rerunFor(executor: AnyExecutor, earlier: ObservedRun, slots: readonly SlotKey[]): ReadonlySet<number> {
  const filters = executor.plan.nodes.filter(
    ({ index, wired }) => wired.definition.kind === "filter" && earlier.degraded.has(index),
  );
  const found = downstreamOf(executor, [...slots, ...filters.flatMap(({ wired }) => wired.writes)]);
  return new Set([...found, ...filters.map(({ index }) => index)]);
}

/**
 * The very request of an earlier run: batches stand for each other by descent, and one that is decoded anew descends from
 * nothing.
 */
export function requestOf({ plan }: AnyExecutor, { values }: ObservedRun): NodeOutputs {
  return Object.fromEntries(plan.wiring.request.map((key) => [key, values.get(key)?.value]));
}

/**
 * Gives every node but those of `rerun` what it gave in an earlier run of the same recording. A node whose policy was
 * applied then runs again: it fails as it did, and its policy is applied as it was.
 */
export function givenFrom(
  { plan }: AnyExecutor,
  { outputs, degraded, ledger }: ObservedRun,
  rerun: ReadonlySet<number>,
): NonNullable<BeginOptions["given"]> {
  const stages = new Map<number, LedgerStage>(ledger.stages.map((stage) => [stage.nodeIndex, stage]));
  return (at) => {
    if (rerun.has(at) || degraded.has(at)) return undefined;
    const wired = plan.nodes[at]?.wired;
    return wired?.definition.kind === "filter" ? stages.get(wired.position) : outputs.get(at);
  };
}
