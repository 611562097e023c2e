import { hash } from "node:crypto";
import type { NodeOutputs } from "@tenon/graph-core";
import { encodeValue } from "@tenon/graph-core/internal";
import type { AnyExecutor } from "./graph-facts.ts";

/** 64 bits: two different values of one slot are not taken for equal in any corpus we can hold. */
const DIGITS = 16;

/** Digest of a value, 16 hex digits: equal for equal values. */
export function digestOf(value: unknown): string {
  return hash("sha256", encodeValue(value)).slice(0, DIGITS);
}

/** Digests of what nodes gave, by node name. */
export function digestsOf(
  { plan }: AnyExecutor,
  outputs: ReadonlyMap<number, NodeOutputs>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...outputs]
      .sort(([left], [right]) => left - right)
      .map(([at, given]) => [plan.nodes[at]?.wired.name, digestOf(given)]),
  );
}
