import { topologyHash, topologyOf } from "@tenon/graph-core";
import { type AnyExecutor, featureSchemas } from "../replay/graph-facts.ts";
import type { CorpusGraph } from "./corpus-format.ts";

/** What a corpus header says of the code that a graph's runs were made with. */
export function corpusGraphOf(executor: AnyExecutor): CorpusGraph {
  const { plan } = executor;
  return {
    name: executor.graphName,
    planHash: plan.planHash,
    topologyHash: topologyHash(topologyOf(plan.graph)),
    featureSchemas: Object.fromEntries(featureSchemas(executor).map(({ name, fingerprint }) => [name, fingerprint])),
  };
}
