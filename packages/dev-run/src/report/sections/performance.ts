/** Processor time of every node in both versions, and which are over their budget. */
import { type ComparedEntry, evenly } from "../../compare/compared.ts";
import { downstreamOf, type UnionGraph } from "../../compare/union-graph.ts";
import { pairedBootstrap } from "../../statistics/paired.ts";
import type { DescribedGraph, MeasuredEntry } from "../../versions/protocol.ts";
import { causesOf } from "../findings/causes-of.ts";
import type { Draft } from "../findings/value-findings.ts";
import type { ReportInput } from "../report-input.ts";
import type { Report } from "../report-schema.ts";
import { type MeasuredRounds, measureInTurn } from "./measure-in-turn.ts";

export interface PerformanceOptions {
  /** Rounds of base and head each, after one that warms both up; more where they leave a row open. */
  readonly rounds: number;
  /** Of each graph. */
  readonly entriesMax: number;
}

type Section = Report["performance"];
type Row = Section["rows"][number];

const END_TO_END = "end to end";
/** A change below both is no finding: five per cent of a node that takes microseconds is nobody's worry. */
const BUDGET_SHARE = 0.05;
const BUDGET_MS = 0.5;
const ROWS_MAX = 30;

interface Series {
  readonly graph: string;
  readonly what: string;
  readonly owner: string;
  /** Its time holds that of nodes that ran while it waited: shown, never flagged. */
  readonly isAsync: boolean;
  /** Per entry, the median over the rounds. */
  readonly base: readonly number[];
  readonly head: readonly number[];
}

export async function performance(
  input: ReportInput,
  { rounds, entriesMax }: PerformanceOptions,
): Promise<{ readonly section: Section; readonly drafts: readonly Draft[] }> {
  const { compared } = input;
  // Where the head goes another way, it is no slower or faster: it does something else.
  const comparable = compared.entries.filter(({ base, head }) => base.failure === null && head.failure === null);
  // Of each graph: a graph with few runs among many others would hardly be measured.
  const entries = [...Map.groupBy(comparable, ({ graph }) => graph).values()].flatMap((all) =>
    evenly(all.length, entriesMax).map((at) => all[at] as ComparedEntry),
  );
  const measure = () =>
    measureInTurn(compared, entries, {
      rounds,
      isOpen: (measured) => judge(input, { entries, ...measured }).some(({ isOpen }) => isOpen),
    });
  const rowsOf = (measured: MeasuredRounds) => judge(input, { entries, ...measured }).map(({ row }) => row);
  const first = await measure();
  const rows = rowsOf(first);
  if (rows.some(({ flagged }) => flagged)) {
    // What else the machine did may have met one side more than the other: a slower node is slower the second time too.
    const second = rowsOf(await measure());
    const again = new Set(second.filter(({ flagged }) => flagged).map(({ graph, what }) => `${graph} ${what}`));
    for (const [at, row] of rows.entries())
      rows[at] = { ...row, flagged: row.flagged && again.has(`${row.graph} ${row.what}`) };
  }
  rows.sort((one, other) => Number(other.flagged) - Number(one.flagged) || Math.abs(other.delta) - Math.abs(one.delta));
  const { base, head } = first;
  const section: Section = {
    rounds: base.length,
    entries: entries.length,
    rows: [...rows.filter(({ what }) => what === END_TO_END), ...rows.filter(({ what }) => what !== END_TO_END)].slice(
      0,
      ROWS_MAX,
    ),
    rowsMore: Math.max(0, rows.length - ROWS_MAX),
    criticalPath: compared.graphs.map((graph) => ({
      graph: graph.name,
      base: criticalPath(graph.base, meanTimes(graph.name, entries, base)),
      head: criticalPath(graph.head, meanTimes(graph.name, entries, head)),
    })),
  };
  return { section, drafts: draftsOf(input, rows) };
}

function judge({ compared, seed }: ReportInput, measured: Measured): readonly Judged[] {
  return compared.graphs.flatMap((graph) => seriesOf(graph, measured)).map((each) => judged(each, seed));
}

interface Measured extends MeasuredRounds {
  readonly entries: readonly ComparedEntry[];
}

interface Judged {
  readonly row: Row;
  /** More rounds may tell: it may be flagged, and its interval holds its budget. */
  readonly isOpen: boolean;
}

function seriesOf({ name: graph, nodes }: UnionGraph, { entries, base, head }: Measured): readonly Series[] {
  const rows = entries.flatMap((entry, at) => (entry.graph === graph ? [at] : []));
  if (rows.length === 0) return [];
  const series = (
    what: string,
    owner: string,
    isAsync: boolean,
    of: (entry: MeasuredEntry | undefined) => number,
  ): Series => ({
    ...{ graph, what, owner, isAsync },
    base: rows.map((at) => median(base.map((round) => of(round[at])))),
    head: rows.map((at) => median(head.map((round) => of(round[at])))),
  });
  return [
    series(END_TO_END, "", true, (entry) => entry?.cpuMs ?? 0),
    ...nodes.map(({ name, owner, head: now, base: before }) =>
      series(name, owner, (now ?? before)?.async === true, (entry) => entry?.nodes[name] ?? 0),
    ),
  ];
}

function judged({ graph, what, owner, isAsync, base, head }: Series, seed: number): Judged {
  const differences = head.map((ms, at) => ms - (base[at] ?? 0));
  const { mean: delta, low, high } = pairedBootstrap(differences, seed);
  const summary = summaryOf(base);
  const budget = Math.max(BUDGET_SHARE * summary.mean, BUDGET_MS);
  // One run that the machine interrupted is no slower node: the middle of the runs must be over the budget, too.
  const flagged = !isAsync && low > 0 && delta > budget && trimmedMean(differences) > budget;
  return {
    row: { graph, what, owner, unit: "ms", base: summary, head: summaryOf(head), delta, low, high, budget, flagged },
    isOpen: !isAsync && low <= budget && high > budget,
  };
}

function draftsOf(input: ReportInput, rows: readonly Row[]): readonly Draft[] {
  const { compared } = input;
  return rows
    .filter(({ flagged }) => flagged)
    .map((row) => {
      const graph = compared.graphs.find(({ name }) => name === row.graph);
      const node = graph?.nodes.find(({ name }) => name === row.what);
      const range = `${shown(row.low)} to ${shown(row.high)} ms at 95 %`;
      return {
        kind: "performance",
        severity: "review",
        title: `node "${row.what}" (${row.owner}) takes ${shown(row.base.mean)} → ${shown(row.head.mean)} ms of processor time a run of ${row.graph} (${range}), budget ${shown(row.budget)} ms more`,
        graph: row.graph,
        node: row.what,
        owner: row.owner,
        place: (node?.head ?? node?.base)?.place ?? null,
        causes: graph === undefined || node === undefined ? [] : [...causesOf(input, graph.name, node)],
        entriesAffected: 0,
        entriesCompared: compared.entries.filter((entry) => entry.graph === row.graph).length,
        downstream:
          graph === undefined ? [] : downstreamOf(graph, [row.what]).map(({ name, owner }) => ({ node: name, owner })),
        ...{ effect: [], fields: [], fieldsMore: 0, examples: [] },
      } satisfies Draft;
    });
}

/** The chain of nodes that takes longest: the sum of their mean times along the edges. */
function criticalPath({ topology, order }: DescribedGraph, times: ReadonlyMap<string, number>): string[] {
  const best = new Map<string, { readonly ms: number; readonly path: string[] }>();
  for (const node of order) {
    const before = topology.edges.filter(({ to }) => to === node).flatMap(({ from }) => best.get(from) ?? []);
    const longest = before.reduce((one, other) => (other.ms > one.ms ? other : one), { ms: 0, path: [] as string[] });
    best.set(node, { ms: longest.ms + (times.get(node) ?? 0), path: [...longest.path, node] });
  }
  return [...best.values()].reduce((one, other) => (other.ms > one.ms ? other : one), { ms: 0, path: [] as string[] })
    .path;
}

function meanTimes(
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

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? 0;
}

function shown(ms: number): string {
  return ms.toPrecision(3);
}
