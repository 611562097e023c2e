import type { ComparedEntry } from "../../compare/compared.ts";
import type { DescribedGraph, MeasuredEntry } from "../../versions/protocol.ts";

/** The chain of nodes that takes longest: the sum of their mean times along the edges. */
export function criticalPath(
  { name, topology, order }: DescribedGraph,
  entries: readonly ComparedEntry[],
  rounds: readonly (readonly MeasuredEntry[])[],
): string[] {
  const times = sumsOfNodes(name, entries, rounds);
  const none = { ms: 0, path: [] as string[] };
  const best = new Map<string, { readonly ms: number; readonly path: string[] }>();
  for (const node of order) {
    const before = topology.edges.filter(({ to }) => to === node).flatMap(({ from }) => best.get(from) ?? []);
    const longest = before.reduce((one, other) => (other.ms > one.ms ? other : one), none);
    best.set(node, { ms: longest.ms + (times.get(node) ?? 0), path: [...longest.path, node] });
  }
  return [...best.values()].reduce((one, other) => (other.ms > one.ms ? other : one), none).path;
}

/** Equal numbers of runs on every path: sums order them as means do. */
function sumsOfNodes(
  graph: string,
  entries: readonly ComparedEntry[],
  rounds: readonly (readonly MeasuredEntry[])[],
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const round of rounds) {
    for (const [at, measured] of round.entries()) {
      if (entries[at]?.graph !== graph) continue;
      for (const [node, ms] of Object.entries(measured.nodes)) sums.set(node, (sums.get(node) ?? 0) + ms);
    }
  }
  return sums;
}
