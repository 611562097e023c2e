/** How far the report can be believed: what the corpus covers, what is noise, what could not be compared. */
import { DROP_REASONS } from "@tenon/ads-model";
import type { ComparedEntry } from "../../compare/compared.ts";
import { noiseKey } from "../../compare/field-noise.ts";
import { gateTexts } from "../gates/gate-texts.ts";
import type { ReportInput } from "../report-input.ts";
import type { Report } from "../report-schema.ts";

/** Runs that a node, and drops that a reason, must have had to count as covered. */
export const COVERED_MIN = 30;

type Trust = Report["trust"];

export function trust({ compared, gates }: ReportInput): Omit<Trust, "ignored"> {
  const { entries, graphs } = compared;
  const runsOf = new Map<string, number>();
  const drops = new Map<string, number>();
  for (const { graph, base } of entries) {
    for (const node of base.ran) add(runsOf, `${graph} ${node}`, 1);
    for (const { byReason } of base.stages)
      for (const [reason, count] of Object.entries(byReason)) add(drops, reason, count);
  }
  const nodes = graphs.flatMap((graph) => graph.head.order.map((node) => ({ graph: graph.name, node })));
  const total = compared.base.corpora.reduce((sum, corpus) => sum + corpus.entries.length, 0);
  return {
    strata: strataOf(entries),
    nodesNotCovered: nodes.flatMap(({ graph, node }) => {
      const runs = runsOf.get(`${graph} ${node}`) ?? 0;
      return runs < COVERED_MIN ? [{ graph, node, runs }] : [];
    }),
    reasonsNotCovered:
      drops.size === 0
        ? []
        : DROP_REASONS.flatMap((reason) => {
            const count = drops.get(reason) ?? 0;
            return count < COVERED_MIN ? [{ reason, drops: count }] : [];
          }),
    noise: noiseOf(compared, entries),
    gates: Object.entries(gates).map(([owner, own]) => ({ owner, gates: gateTexts(own) })),
    incomplete: incompleteOf(entries),
    sampled: `${entries.length} of ${total} recorded runs`,
  };
}

function strataOf(entries: readonly ComparedEntry[]): Trust["strata"] {
  const counts = new Map<string, { graph: string; stratum: string; entries: number }>();
  for (const { graph, stratum } of entries) {
    const key = `${graph} ${stratum}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { graph, stratum, entries: 1 });
    else known.entries++;
  }
  return [...counts.values()].sort(
    (one, other) => other.entries - one.entries || (one.stratum < other.stratum ? -1 : 1),
  );
}

function noiseOf({ graphs, noise }: ReportInput["compared"], entries: readonly ComparedEntry[]): Trust["noise"] {
  return graphs.flatMap((graph) =>
    graph.nodes.flatMap(({ name, owner, writes }) => {
      const noisy = entries.filter((entry) => entry.graph === graph.name && entry.noise.has(name));
      if (noisy.length === 0) return [];
      const slots = new Set(noisy.flatMap((entry) => [...(entry.noise.get(name)?.slots ?? [])]));
      const fields = writes.flatMap((slot) =>
        [...(noise.get(noiseKey(graph.name, slot)) ?? [])].map(([path, { rate }]) => ({
          field: path === "" ? slot : `${slot}.${path}`,
          rate,
        })),
      );
      return [{ graph: graph.name, node: name, owner, entries: noisy.length, slots: [...slots], fields }];
    }),
  );
}

function incompleteOf(entries: readonly ComparedEntry[]): Trust["incomplete"] {
  const found = new Map<string, Trust["incomplete"][number]>();
  for (const { graph, requestId, base, head } of entries) {
    const miss = base.misses[0] ?? head.misses[0];
    if (miss === undefined) continue;
    const side = base.misses.length > 0 ? "the base" : "the head";
    const why = `${side} reads what was not recorded`;
    const key = `${graph} ${miss.node} ${why}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { graph, node: miss.node ?? "", why, entries: 1, example: requestId });
    else found.set(key, { ...known, entries: known.entries + 1 });
  }
  return [...found.values()].sort((one, other) => other.entries - one.entries);
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
