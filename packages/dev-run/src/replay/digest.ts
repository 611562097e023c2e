/** Digests of what nodes gave: how two runs are compared node by node, also where one of them is long gone. */
import { hash } from "node:crypto";
import type { NodeOutputs, ReasonLedger } from "@tenon/graph-core";
import { encodeValue } from "@tenon/graph-core/internal";
import type { AnyExecutor } from "./graph-facts.ts";

/** 64 bits: two different values of one slot are not taken for equal in any corpus we can hold. */
const DIGITS = 16;

/** Digest of a value, 16 hex digits: equal for equal values. */
export function digestOf(value: unknown): string {
  return hash("sha256", encodeValue(value)).slice(0, DIGITS);
}

export interface GivenByNodes {
  /** What each node gave, by node index. */
  readonly outputs: ReadonlyMap<number, NodeOutputs>;
  readonly ledger: ReasonLedger;
}

/** By node name; nodes that gave nothing are left out. */
export function digestsOf(executor: AnyExecutor, run: GivenByNodes): Readonly<Record<string, string>> {
  const found = executor.plan.nodes.flatMap(({ index, wired }) => {
    const digest = nodeDigest(executor, run, index);
    return digest === undefined ? [] : [[wired.name, digest] as const];
  });
  return Object.fromEntries(found);
}

/**
 * Digest of one node's outputs. Of a filter it is that of its verdicts: which candidates it kept, and why it dropped the
 * others; the columns that its batch carries on are not its own.
 */
export function nodeDigest(
  { plan }: AnyExecutor,
  { outputs, ledger }: GivenByNodes,
  index: number,
): string | undefined {
  const given = outputs.get(index);
  const wired = plan.nodes[index]?.wired;
  if (given === undefined || wired === undefined) return undefined;
  if (wired.definition.kind !== "filter") return digestOf(given);
  const stage = ledger.stages.find(({ nodeIndex }) => nodeIndex === wired.position);
  if (stage === undefined) return digestOf(given);
  const { batch, kept, droppedRows, drops } = stage;
  return digestOf({
    kept: kept.ids,
    dropped: [...droppedRows].map((row) => batch.ids.at(row)),
    drops: drops.map((drop) => ({ ...drop })),
  });
}
