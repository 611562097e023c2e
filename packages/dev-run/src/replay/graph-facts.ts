/** What dev runs ask of a plan: who writes a slot, what lies downstream, which feature schemas its values need. */
import { type Executor, type FeatureSchema, featureSchemaOf, type SlotKey } from "@tenon/graph-core";
import { didYouMean } from "@tenon/graph-core/internal";
import { devRunError } from "../dev-run-error.ts";

// biome-ignore lint/suspicious/noExplicitAny: dev runs work on any graph
export type AnyExecutor = Executor<any, any, any>;
export type PlanNode = AnyExecutor["plan"]["nodes"][number];

const schemasOf = new WeakMap<object, readonly FeatureSchema[]>();

/** Feature schemas of all snapshots among the slots of a graph. */
export function featureSchemas({ plan }: AnyExecutor): readonly FeatureSchema[] {
  let schemas = schemasOf.get(plan);
  if (schemas === undefined) {
    const found = new Map<string, FeatureSchema>();
    for (const { tokens } of plan.wiring.slots.values()) {
      for (const token of tokens) {
        const schema = featureSchemaOf(token);
        if (schema !== undefined) found.set(schema.fingerprint, schema);
      }
    }
    schemas = [...found.values()];
    schemasOf.set(plan, schemas);
  }
  return schemas;
}

/** The node that writes a slot; `undefined` for a request slot. @throws GraphError TENON2005 for an unknown slot */
export function producerOf({ plan, graphName }: AnyExecutor, slot: SlotKey): PlanNode | undefined {
  const found = plan.wiring.slots.get(slot);
  if (found === undefined) {
    throw devRunError("wrongEdit", {
      message: `graph "${graphName}" has no slot "${slot}"`,
      graph: graphName,
      detail: `expected one of ${[...plan.wiring.slots.keys()].join(", ")}`,
      hint: `${didYouMean(slot, plan.wiring.slots.keys())}\`tenon graph\` draws slots and nodes`,
    });
  }
  const [writer] = found.writers;
  return writer && plan.nodes.find(({ wired }) => wired === writer);
}

/** A node by name. @throws GraphError TENON2006 */
export function nodeNamed({ plan, graphName }: AnyExecutor, name: string): PlanNode {
  const node = plan.nodes.find(({ wired }) => wired.name === name);
  if (node !== undefined) return node;
  const names = plan.nodes.map(({ wired }) => wired.name);
  throw devRunError("noSuchNode", {
    message: `graph "${graphName}" has no node "${name}"`,
    graph: graphName,
    detail: `expected one of ${names.join(", ")}`,
    hint: `${didYouMean(name, names)}\`tenon graph\` draws slots and nodes`,
  });
}

/** Indexes of the nodes that can see a change of these slots, in execution order: readers, and readers of what they write. */
export function downstreamOf({ plan }: AnyExecutor, slots: Iterable<SlotKey>): ReadonlySet<number> {
  const changed = new Set(slots);
  const found = new Set<number>();
  // Execution order: what a node reads was written before.
  for (const { index, wired, condition = [] } of plan.nodes) {
    const seen = [...wired.reads, ...wired.soft, ...condition.flat()];
    if (!seen.some((key) => changed.has(key))) continue;
    found.add(index);
    for (const key of wired.writes) changed.add(key);
  }
  return found;
}
