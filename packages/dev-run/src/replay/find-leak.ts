/** Finds a node that gives something else for equal inputs: it reads what it does not declare. */
import type { Recording } from "@tenon/graph-core";
import { firstDifference, type ValueDifference } from "../values/first-difference.ts";
import { nodeDigest } from "./digest.ts";
import { disturbed } from "./disturbed.ts";
import type { AnyExecutor } from "./graph-facts.ts";
import { type ObservedRun, type ReplayManner, runRecorded } from "./run-recorded.ts";

export interface Leak extends ValueDifference {
  readonly node: string;
  readonly owner: string;
  readonly slot: string;
}

/**
 * Replays twice, the second time with another clock and other random numbers, and names the first node in execution order
 * that gave something else: everything before it gave the same, so its inputs were equal. The second run alone sees that
 * world: what the process does besides, and another search at the same time, do not.
 */
export async function findLeak(
  executor: AnyExecutor,
  recording: Recording,
  manner: ReplayManner = {},
): Promise<Leak | undefined> {
  const first = await runRecorded(executor, recording, manner);
  const second = await disturbed(() => runRecorded(executor, recording, manner));
  return firstLeak(executor, first, second);
}

/** The first node that differs between two runs of one recording on one version. */
export function firstLeak(executor: AnyExecutor, first: ObservedRun, second: ObservedRun): Leak | undefined {
  const node = executor.plan.nodes.find(
    ({ index }) => nodeDigest(executor, first, index) !== nodeDigest(executor, second, index),
  );
  if (node === undefined) return undefined;
  const { name, definition, writes } = node.wired;
  const found = writes
    .map((slot) => ({ slot, ...firstDifference(first.values.get(slot)?.value, second.values.get(slot)?.value) }))
    .find(({ path }) => path !== undefined);
  // A filter that keeps the same candidates may drop the others for another reason: that is in the ledger alone.
  const { slot = writes[0] ?? "", path = "drops", left, right } = found ?? {};
  return { node: name, owner: definition.owner, slot, path, left, right };
}
