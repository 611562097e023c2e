/**
 * Which candidate batch slots descend from which: a filter's kept batch from the batch it judges, and a plain node's
 * batch from the only batch it reads. A merge of several batches starts a line of its own. Batches are told apart by the
 * name of their slot, as column schemas name them.
 */
import type { AnySlot } from "../contract/slot.ts";
import type { WiredNode, Wiring } from "../graph/wiring.ts";
import { isBatch } from "./slot-facts.ts";

export interface BatchLineage {
  /** Whether `batch` is `ancestor`, or holds some of its rows. */
  readonly descends: (batch: string, ancestor: string) => boolean;
}

const known = new WeakMap<Wiring, BatchLineage>();

/** The batches a node reads, required and soft. */
export function batchesRead(node: WiredNode): readonly AnySlot[] {
  return [...node.definition.reads, ...node.definition.soft].filter(isBatch);
}

export function batchLineage(wiring: Wiring): BatchLineage {
  let lineage = known.get(wiring);
  if (lineage === undefined) {
    lineage = lineageOf(parents(wiring));
    known.set(wiring, lineage);
  }
  return lineage;
}

function parents(wiring: Wiring): ReadonlyMap<string, string> {
  const parentOf = new Map<string, string>();
  for (const node of wiring.nodes) {
    const { kind, of, writes } = node.definition;
    const read = batchesRead(node);
    const parent = kind === "filter" ? of : read.length === 1 ? read[0] : undefined;
    if (parent === undefined) continue;
    for (const token of writes) if (isBatch(token) && token.name !== parent.name) parentOf.set(token.name, parent.name);
  }
  return parentOf;
}

/** Numbers the forest once, so that each question is answered in one step. A circle, which is an error, has no lineage. */
function lineageOf(parentOf: ReadonlyMap<string, string>): BatchLineage {
  const children = new Map<string, string[]>();
  for (const [child, parent] of parentOf) {
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [child]);
    else siblings.push(child);
  }
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  let count = 0;
  for (const root of children.keys()) {
    if (parentOf.has(root)) continue;
    const path = [{ name: root, child: 0 }];
    first.set(root, count++);
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const child = children.get(step.name)?.[step.child];
      if (child === undefined) {
        last.set(step.name, count++);
        path.pop();
        continue;
      }
      step.child += 1;
      first.set(child, count++);
      path.push({ name: child, child: 0 });
    }
  }
  return {
    descends: (batch, ancestor) => {
      if (batch === ancestor) return true;
      const [at, from, to] = [first.get(batch), first.get(ancestor), last.get(ancestor)];
      return at !== undefined && from !== undefined && to !== undefined && from < at && at < to;
    },
  };
}
