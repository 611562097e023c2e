import { topologyHash } from "@tenon/graph-core";
import { withPlaces } from "@tenon/graph-core/internal";
import { digestOf } from "../../replay/digest.ts";
import { type AnyExecutor, featureSchemas } from "../../replay/graph-facts.ts";
import type { DescribedGraph, PinnedVersion } from "../protocol.ts";
import { fieldRulesOf } from "./field-rules.ts";
import { topologyOfPlan } from "./topology-of-plan.ts";

/** What this version says of a graph, with places relative to `root`. */
export function describeGraph(executor: AnyExecutor, root: string): DescribedGraph {
  const { plan, graphName } = executor;
  const topology = topologyOfPlan(executor);
  const slots = [...plan.wiring.slots].flatMap(([key, { tokens }]) => (tokens[0] ? [[key, tokens[0]] as const] : []));
  const rules = slots.map(([key, token]) => [key, fieldRulesOf(token)] as const).filter(([, each]) => each.length > 0);
  return {
    name: graphName,
    topologyHash: topologyHash(topology),
    topology: withPlaces(topology, root),
    order: plan.nodes.map(({ wired }) => wired.name),
    pinned: pinnedOf(executor),
    featureSchemas: Object.fromEntries(featureSchemas(executor).map(({ name, fingerprint }) => [name, fingerprint])),
    rules: Object.fromEntries(rules),
  };
}

/** A version that nobody raised says nothing: what a policy holds is digested, where it is plain data. */
function pinnedOf(executor: AnyExecutor): Readonly<Record<string, PinnedVersion>> {
  const values = new Map<string, unknown>();
  const ctx = executor.begin({
    requestId: "describe",
    nowMs: 0,
    wrapResource: (token, value) => {
      if (token.methods === undefined) values.set(token.name, value);
      return value;
    },
  });
  const versions = executor.versions(ctx);
  return Object.fromEntries(
    [...values]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, value]) => [name, { version: versions[name] ?? "", digest: digestIfPlain(value) }]),
  );
}

function digestIfPlain(value: unknown): string | null {
  try {
    return digestOf(value);
  } catch {
    // A model is code and arrays: its version is all that can be said of it.
    return null;
  }
}
