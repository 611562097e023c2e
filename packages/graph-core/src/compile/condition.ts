/**
 * When a node runs, as alternatives of conjunctions of `when` slots: `[[a], [b, c]]` means a, or b and c.
 * `ALWAYS` is the empty conjunction; a condition that cannot be evaluated in time falls back to it.
 */
import type { SlotKey, WiredNode, Wiring } from "../graph/wiring.ts";

export type Condition = readonly (readonly SlotKey[])[];
export const ALWAYS: Condition = [[]];

/** More alternatives than this cost more to test than the work they may save. */
const ALTERNATIVES_MAX = 4;

export function isAlways(condition: Condition): boolean {
  return condition.some((conjunction) => conjunction.length === 0);
}

function either(left: Condition, right: Condition): Condition {
  const all = [...left, ...right];
  // Absorption: a ∨ (a ∧ b) = a.
  const kept = all.filter(
    (one, index) =>
      !all.some((other, at) => {
        if (at === index || !other.every((slot) => one.includes(slot))) return false;
        return other.length < one.length || at < index;
      }),
  );
  return kept.length > ALTERNATIVES_MAX || isAlways(kept) ? ALWAYS : kept;
}

function and(condition: Condition, slot: SlotKey | undefined): Condition {
  if (slot === undefined) return condition;
  return condition.map((conjunction) => (conjunction.includes(slot) ? conjunction : [...conjunction, slot]));
}

/**
 * The condition of every active node: its own `when`, and, for a node that only conditional nodes read, theirs.
 * So work that only feeds a skipped node is not done.
 *
 * @param order nodes, producers before readers
 */
export function conditionsOf(wiring: Wiring, order: readonly WiredNode[]): ReadonlyMap<WiredNode, Condition> {
  if (!wiring.nodes.some((node) => node.when !== undefined)) return new Map();
  const neededBy = new Map<WiredNode, Condition>();
  const effective = new Map<WiredNode, Condition>();
  const ancestors = new Map<WiredNode, Set<WiredNode>>();
  for (const node of order) ancestors.set(node, ancestorsOf(node, wiring, ancestors));

  for (const node of order.toReversed()) {
    let needed: Condition = [];
    for (const key of node.writes) {
      const slot = wiring.slots.get(key);
      if (slot === undefined || slot.responded) needed = ALWAYS;
      for (const reader of slot?.readers ?? []) {
        if (reader.node.shadowOf !== undefined) continue;
        const condition = reader.as === "when" ? neededBy.get(reader.node) : effective.get(reader.node);
        needed = either(needed, condition ?? ALWAYS);
      }
    }
    if (needed.length === 0 || !evaluableBefore(node, needed, wiring, ancestors)) needed = ALWAYS;
    neededBy.set(node, needed);
    effective.set(node, and(needed, node.when));
  }
  return effective;
}

function ancestorsOf(
  node: WiredNode,
  wiring: Wiring,
  known: ReadonlyMap<WiredNode, ReadonlySet<WiredNode>>,
): Set<WiredNode> {
  const all = new Set<WiredNode>();
  for (const key of readKeys(node)) {
    for (const writer of wiring.slots.get(key)?.writers ?? []) {
      all.add(writer);
      for (const ancestor of known.get(writer) ?? []) all.add(ancestor);
    }
  }
  return all;
}

/** False where a slot of the condition is itself computed from the node. */
function evaluableBefore(
  node: WiredNode,
  condition: Condition,
  wiring: Wiring,
  ancestors: ReadonlyMap<WiredNode, ReadonlySet<WiredNode>>,
): boolean {
  return condition
    .flat()
    .every((key) =>
      (wiring.slots.get(key)?.writers ?? []).every((writer) => writer !== node && !ancestors.get(writer)?.has(node)),
    );
}

/** Every slot a node waits for, whatever the kind of reading. */
export function readKeys(node: WiredNode): readonly SlotKey[] {
  return [...node.reads, ...node.soft, ...(node.when === undefined ? [] : [node.when])];
}
