/** Graphs of any size for tests: every node reads some earlier ones. */
import { graph, node, slot, type Topology, topologyOf } from "@tenon/graph-core";
import { z } from "zod";

/** @param owners of each node, as numbers; @param reads which earlier nodes each reads, by any numbers */
export function randomTopology(owners: readonly number[], reads: readonly (readonly number[])[]): Topology {
  const slots = owners.map((_, at) => slot(`s${at}`, z.number(), { owner: "ads-platform" }));
  const request = slot("request", z.number(), { owner: "ads-platform" });
  const nodes = Object.fromEntries(
    owners.map((owner, at) => [
      `n${at}`,
      node({
        owner: `team-${owner}` as never,
        purpose: "p",
        reads: (at === 0 ? [request] : (reads[at] ?? []).map((one) => slots[one % at])) as never,
        writes: [slots[at]] as never,
        run: (() => ({})) as never,
      }),
    ]),
  );
  const definition = { name: "random", owner: "ads-platform", request: [request], nodes, respond: [slots.at(-1)] };
  return topologyOf(graph(definition as never) as never);
}
