/** Measured values of one thing, entry by entry, and what they say of the difference. */
import type { ComparedEntry } from "../../compare/compared.ts";
import type { UnionGraph } from "../../compare/union-graph.ts";
import { pairedBootstrap } from "../../statistics/paired.ts";
import { DEFAULT_GATES, type OwnerGates } from "../gates/owner-gates.ts";
import type { Report } from "../report-schema.ts";
import type { Measured } from "./measure-in-turn.ts";

export type Row = Report["performance"]["rows"][number];

export const END_TO_END = "end to end";

interface Series {
  readonly graph: string;
  readonly what: string;
  readonly owner: string;
  readonly unit: Row["unit"];
  /** What it shows is not its own alone: told, never flagged. */
  readonly isShared: boolean;
  /** Per entry, the median over the rounds that have a value. */
  readonly base: readonly number[];
  readonly head: readonly number[];
}

interface Values<Entry> {
  readonly unit: Row["unit"];
  readonly whole: (entry: Entry) => number;
  readonly nodes: (entry: Entry) => Readonly<Record<string, number>>;
}

/** Runs in which a node must have been given the same by both versions, for it to be compared. */
const RUNS_MIN = 3;

/** The whole run and each node of a graph. */
export function seriesOf<Entry>(
  { name: graph, nodes, head: { topology } }: UnionGraph,
  entries: readonly ComparedEntry[],
  { base, head }: Measured<Entry>,
  { unit, whole, nodes: ofNodes }: Values<Entry>,
): readonly Series[] {
  const all = entries.flatMap((entry, at) => (entry.graph === graph ? [at] : []));
  if (all.length === 0) return [];
  const series = (
    facts: Pick<Series, "what" | "owner" | "isShared">,
    rows: readonly number[],
    of: (entry: Entry) => number | undefined,
  ): Series => {
    const side = (rounds: Measured<Entry>["base"]) =>
      rows.map((at) => median(rounds.flatMap((round) => (round[at] === undefined ? [] : (of(round[at]) ?? [])))));
    return { graph, unit, ...facts, base: side(base), head: side(head) };
  };
  const ofNode = nodes.flatMap(({ name, owner, inputs, head: now, base: before }): readonly Series[] => {
    // A node that is given something else does other work: it is no slower or faster for that.
    const rows = all.filter((at) =>
      inputs.every((slot) => entries[at]?.base.slots[slot] === entries[at]?.head.slots[slot]),
    );
    if (rows.length < Math.min(RUNS_MIN, all.length)) return [];
    // Between the start and the end of a node that waits, other nodes run.
    const isShared = (now ?? before)?.async === true;
    return [series({ what: name, owner, isShared }, rows, (entry) => ofNodes(entry)[name] ?? 0)];
  });
  // The processor's time of a run holds that of whatever else its process does; what it allocates is its own.
  const ofWhole = { what: END_TO_END, owner: topology.graph.owner, isShared: unit === "ms" };
  return [series(ofWhole, all, whole), ...ofNode];
}

export interface Judged {
  readonly row: Row;
  /** More rounds may tell: it may be flagged, and its interval holds its budget. */
  readonly isOpen: boolean;
}

export function judge(series: Series, seed: number, gates: OwnerGates): Judged {
  const { graph, what, owner, unit, isShared, base, head } = series;
  const differences = head.map((value, at) => value - (base[at] ?? 0));
  const { mean: delta, low, high } = pairedBootstrap(differences, seed);
  const summary = summaryOf(base);
  const budget = budgetOf(unit, summary.mean, gates[owner] ?? {});
  // One run that the machine interrupted is no slower node: the middle of the runs must be over the budget, too.
  const flagged = !isShared && low > 0 && delta > budget && trimmedMean(differences) > budget;
  return {
    row: { graph, what, owner, unit, base: summary, head: summaryOf(head), delta, low, high, budget, flagged },
    isOpen: !isShared && low <= budget && high > budget,
  };
}

/** A change below both is no finding: five per cent of a node that takes microseconds is nobody's worry. */
function budgetOf(unit: Row["unit"], mean: number, { time, allocation }: Partial<OwnerGates[string]>): number {
  if (unit === "ms") {
    const { share, ms } = time ?? DEFAULT_GATES.time;
    return Math.max(share * mean, ms);
  }
  const { share, kB } = allocation ?? DEFAULT_GATES.allocation;
  return Math.max(share * mean, kB);
}

function summaryOf(values: readonly number[]): Row["base"] {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return {
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    mean: sorted.reduce((sum, each) => sum + each, 0) / Math.max(1, sorted.length),
  };
}

/** Without the lowest and the highest fifth; of one or two all, of three and more never none. */
function trimmedMean(values: readonly number[]): number {
  const cut = Math.min(Math.ceil(values.length / 5), (values.length - 1) >> 1);
  const kept = values.toSorted((one, other) => one - other).slice(cut, values.length - cut);
  return kept.reduce((sum, each) => sum + each, 0) / Math.max(1, kept.length);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? 0;
}
