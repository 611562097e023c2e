/** Time and allocation of both versions: what is shown, and what is over the budget of the team that it belongs to. */
import type { ComparedEntry } from "../../compare/compared.ts";
import { evenly } from "../../compare/evenly.ts";
import type { AllocatedEntry, MeasuredEntry } from "../../versions/protocol.ts";
import type { Draft } from "../findings/value-findings.ts";
import type { ReportInput } from "../report-input.ts";
import type { Report } from "../report-schema.ts";
import { criticalPath } from "./critical-path.ts";
import { type Measured, measureInTurn } from "./measure-in-turn.ts";
import { overBudget } from "./over-budget.ts";
import { END_TO_END, type Judged, judge, median, type Row, seriesOf } from "./series.ts";

export interface PerformanceOptions {
  /** Rounds of base and head each, after one that warms both up; more where they leave a row of times open. */
  readonly rounds: number;
  /** Entries of each graph. */
  readonly entriesMax: number;
}

type Section = Report["performance"];

const ROWS_MAX = 30;
/** A run allocates nearly the same each time: three rounds tell. */
const ALLOCATION_ROUNDS = 3;
const KILOBYTE = 1_000;

export interface MeasuredPerformance {
  readonly section: Section;
  readonly drafts: readonly Draft[];
  /** Graph → processor time of one run, ms: the mean over its entries. */
  readonly runMs: { readonly base: ReadonlyMap<string, number>; readonly head: ReadonlyMap<string, number> };
}

export async function performance(
  input: ReportInput,
  { rounds, entriesMax }: PerformanceOptions,
): Promise<MeasuredPerformance> {
  const { compared } = input;
  // Where the head goes another way, it is no slower or faster: it does something else.
  const comparable = compared.entries.filter(({ base, head }) => base.failure === null && head.failure === null);
  const ofGraphs = Map.groupBy(comparable, ({ graph }) => graph);
  const entries = [...ofGraphs.values()].flatMap((all) => evenly(all, entriesMax));
  const judged = (measured: Measured<MeasuredEntry>) => timesJudged(input, entries, measured);
  const measure = () =>
    measureInTurn<MeasuredEntry>(input, {
      ...{ kind: "measure", entries, rounds },
      isOpen: (measured) => judged(measured).some(({ isOpen }) => isOpen),
    });
  const rowsOf = (measured: Measured<MeasuredEntry>) => judged(measured).map(({ row }) => row);
  const first = await measure();
  const times = await flaggedTwice(rowsOf(first), async () => rowsOf(await measure()));
  const allocations = await allocationRows(input, entries);
  const rows = [...shownFirst(times).slice(0, ROWS_MAX), ...shownFirst(allocations).slice(0, ROWS_MAX)];
  const section: Section = {
    ...{ rounds: first.base.length, entries: entries.length, rows },
    rowsMore: times.length + allocations.length - rows.length,
    criticalPath: compared.graphs.map((graph) => ({
      graph: graph.name,
      base: criticalPath(graph.base, entries, first.base),
      head: criticalPath(graph.head, entries, first.head),
    })),
  };
  return {
    section,
    drafts: overBudget(input, [...times, ...allocations]),
    runMs: { base: meanRunMs(entries, first.base), head: meanRunMs(entries, first.head) },
  };
}

function timesJudged(
  { compared, seed, gates }: ReportInput,
  entries: readonly ComparedEntry[],
  measured: Measured<MeasuredEntry>,
): readonly Judged[] {
  return compared.graphs
    .flatMap((graph) =>
      seriesOf(graph, entries, measured, { unit: "ms", whole: ({ cpuMs }) => cpuMs, nodes: ({ nodes }) => nodes }),
    )
    .map((series) => judge(series, seed, gates));
}

async function allocationRows(input: ReportInput, entries: readonly ComparedEntry[]): Promise<readonly Row[]> {
  const { compared, seed, gates } = input;
  const options = { kind: "allocate", entries, rounds: ALLOCATION_ROUNDS } as const;
  const rowsNow = async () => {
    const measured = await measureInTurn<AllocatedEntry>(input, options);
    const inKilobytes = (nodes: AllocatedEntry["nodes"]) =>
      Object.fromEntries(Object.entries(nodes).map(([name, bytes]) => [name, bytes / KILOBYTE]));
    return compared.graphs
      .flatMap((graph) =>
        seriesOf(graph, entries, measured, {
          ...{ unit: "kB", whole: ({ bytes }) => bytes / KILOBYTE, nodes: ({ nodes }) => inKilobytes(nodes) },
        }),
      )
      .map((series) => judge(series, seed, gates).row);
  };
  return flaggedTwice(await rowsNow(), rowsNow);
}

/** What else the machine did may have met one side more than the other: a slower node is slower the second time too. */
async function flaggedTwice(rows: readonly Row[], again: () => Promise<readonly Row[]>): Promise<readonly Row[]> {
  if (!rows.some(({ flagged }) => flagged)) return rows;
  const confirmed = new Set((await again()).filter(({ flagged }) => flagged).map(keyOf));
  return rows.map((row) => ({ ...row, flagged: row.flagged && confirmed.has(keyOf(row)) }));
}

function keyOf({ graph, what }: Row): string {
  return `${graph} ${what}`;
}

/** The whole runs, then what is over budget, then what changed most. */
function shownFirst(rows: readonly Row[]): readonly Row[] {
  const sorted = rows.toSorted(
    (one, other) => Number(other.flagged) - Number(one.flagged) || Math.abs(other.delta) - Math.abs(one.delta),
  );
  return [...sorted.filter(({ what }) => what === END_TO_END), ...sorted.filter(({ what }) => what !== END_TO_END)];
}

function meanRunMs(
  entries: readonly ComparedEntry[],
  rounds: Measured<MeasuredEntry>["base"],
): ReadonlyMap<string, number> {
  const medians = entries.map(({ graph }, at) => ({
    graph,
    ms: median(rounds.flatMap((round) => round[at]?.cpuMs ?? [])),
  }));
  return new Map(
    [...Map.groupBy(medians, ({ graph }) => graph)].map(([graph, all]) => [
      graph,
      all.reduce((sum, { ms }) => sum + ms, 0) / all.length,
    ]),
  );
}
