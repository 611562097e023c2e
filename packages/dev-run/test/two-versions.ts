/** Two versions of one small graph whose runs are made up: what a comparison asks of processes, without any. */
import type { Compared, ComparedEntry } from "../src/compare/compared.ts";
import { fieldNoise } from "../src/compare/field-noise.ts";
import { divergenceOf } from "../src/compare/first-divergence.ts";
import { withoutToleratedAndNoise } from "../src/compare/passed-over.ts";
import { unionGraph } from "../src/compare/union-graph.ts";
import { digestOf } from "../src/replay/digest.ts";
import type { DescribedGraph, EntryPlace, FieldRule, Question, RanEntry, RanStage } from "../src/versions/protocol.ts";
import type { VersionProcess } from "../src/versions/version-process.ts";

/** Slot → value, of one entry. */
export type Values = Readonly<Record<string, unknown>>;
export type Side = readonly Values[];
export type Wires = Readonly<Record<string, { readonly reads: readonly string[]; readonly writes: readonly string[] }>>;

export interface TwoVersions {
  readonly wires: Wires;
  readonly rules?: Readonly<Record<string, readonly FieldRule[]>>;
  readonly base: Side;
  /** The second run of the base; default: the same as the first. */
  readonly again?: Side;
  readonly head: Side;
  /** Of the three runs, for entries that have any. */
  readonly stages?: Readonly<Record<"base" | "again" | "head", readonly (readonly RanStage[])[]>>;
}

export function graphOf(
  wires: Wires,
  rules: TwoVersions["rules"] = {},
  owners: Readonly<Record<string, string>> = {},
): DescribedGraph {
  const nodes = Object.entries(wires).map(([name, { reads, writes }]) => ({
    ...{ name, owner: `team of ${name}`, reads, writes, soft: [], when: null },
  }));
  const producer = (slot: string) => nodes.find(({ writes }) => writes.includes(slot))?.name ?? "@request";
  const edges = nodes.flatMap(({ name, reads }) =>
    reads.map((slot) => ({ slot, from: producer(slot), to: name, as: "reads" })),
  );
  const slots = nodes.flatMap(({ writes, owner }) =>
    writes.map((key) => ({ key, owner: owners[key] ?? owner, unit: null })),
  );
  const topology = { graph: { name: "g", owner: "team" }, nodes, edges, respond: [], slots, resources: [] };
  return { name: "g", order: Object.keys(wires), rules, pinned: {}, featureSchemas: {}, topology } as never;
}

/** What is left of the comparison once tolerances and noise are taken off, and the noise. */
export async function compared({ wires, rules, base, again = base, head, stages }: TwoVersions) {
  const described = graphOf(wires, rules);
  const graph = unionGraph(described, described);
  const sides = { base, again, head };
  const versions = {
    base: versionOf(base),
    again: versionOf(again),
    head: versionOf(head),
  };
  const runs = Object.fromEntries(
    Object.entries(sides).map(([name, side]) => [name, ranOf(side, stages?.[name as "base"])]),
  ) as Record<keyof typeof sides, readonly RanEntry[]>;
  const corpora = [
    { entries: base.map((_, at) => ({ requestId: `r${at}`, graph: "g", host: "admixer", stratum: "s" })) },
  ];
  const opened = { corpora, graphs: [described] } as never;
  const noise = await fieldNoise({
    opened,
    runs: runs.base,
    again: runs.again,
    first: versions.base,
    second: versions.again,
  });
  const entries = runs.base.map((run, at): ComparedEntry => {
    const [other, now] = [runs.again[at] as RanEntry, runs.head[at] as RanEntry];
    const facts = { requestId: `r${at}`, graph: "g", host: "admixer", stratum: "s" } as const;
    const [ofNoise, divergence] = [divergenceOf(graph, run, other), divergenceOf(graph, run, now)];
    return { place: run.place, ...facts, base: run, again: other, head: now, noise: ofNoise, divergence };
  });
  const asked = { baseVersion: versions.base, headVersion: versions.head };
  const all = { base: opened, head: opened, graphs: [graph], entries, noise, ...asked } satisfies Compared;
  return { left: await withoutToleratedAndNoise(all, noise), noise, versions };
}

function ranOf(side: Side, stages?: readonly (readonly RanStage[])[]): readonly RanEntry[] {
  return side.map((values, at) => {
    const slots = Object.fromEntries(Object.entries(values).map(([slot, value]) => [slot, digestOf(value)]));
    const nothing = { failure: null, misses: [], ran: [], degraded: [], logged: null, answers: {}, objectives: {} };
    return { place: { corpus: 0, at }, slots, stages: stages?.[at] ?? [], ...nothing };
  });
}

/** Answers `values` alone, and counts how often it is asked. */
function versionOf(side: Side): VersionProcess & { readonly asked: EntryPlace[] } {
  const asked: EntryPlace[] = [];
  const each = async (question: Question) => {
    if (question.kind !== "values") throw new Error(`nobody should ask for ${question.kind}`);
    asked.push(...question.entries);
    return question.entries.map((place) => {
      const values = side[place.at] ?? {};
      return { place, values: Object.fromEntries(question.slots.map((slot) => [slot, values[slot]])) };
    });
  };
  return { each, asked } as never;
}
