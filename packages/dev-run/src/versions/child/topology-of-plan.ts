import { type Topology, topologyOf } from "@tenon/graph-core";
import type { AnyExecutor } from "../../replay/graph-facts.ts";

const made = new WeakMap<object, Topology>();

/** Made once per plan: every entry of a graph names its nodes with it. */
export function topologyOfPlan({ plan }: AnyExecutor): Topology {
  let topology = made.get(plan);
  if (topology === undefined) {
    topology = topologyOf(plan.graph);
    made.set(plan, topology);
  }
  return topology;
}
