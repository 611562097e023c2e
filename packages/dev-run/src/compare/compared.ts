/** Two versions that ran the same entries: the base twice, the head once. */
import type { SlotKey } from "@tenon/graph-core";
import type {
  DescribedGraph,
  EntryPlace,
  EntryValues,
  OpenAnswer,
  OpenedEntry,
  RanEntry,
} from "../versions/protocol.ts";
import { type OpenedVersion, type VersionFolder, VersionProcess } from "../versions/version-process.ts";
import { sameUnderRules } from "./field-diffs.ts";
import { type Divergence, differingSlots, divergenceOf } from "./first-divergence.ts";
import { type UnionGraph, unionGraph } from "./union-graph.ts";

/** The answer of a serving run: metrics are made of it. Its other respond slots are large, and fetched where they differ. */
const SERVED = ["adResponse"];

export interface RanBase {
  readonly version: VersionProcess;
  readonly opened: OpenAnswer;
  readonly places: readonly EntryPlace[];
  readonly runs: readonly RanEntry[];
  /** The same entries once more, in a process of its own: what differs is noise. */
  readonly again: readonly RanEntry[];
}

export interface ComparedEntry {
  readonly place: EntryPlace;
  readonly requestId: string;
  readonly graph: string;
  readonly host: OpenedEntry["host"];
  readonly stratum: string;
  readonly base: RanEntry;
  readonly again: RanEntry;
  readonly head: RanEntry;
  /** Between the two runs of the base. */
  readonly noise: Divergence;
  readonly divergence: Divergence;
}

export interface Compared {
  readonly base: OpenAnswer;
  readonly head: OpenAnswer;
  /** Graphs that both versions have and the corpora hold runs of. */
  readonly graphs: readonly UnionGraph[];
  readonly entries: readonly ComparedEntry[];
  readonly baseVersion: VersionProcess;
  readonly headVersion: VersionProcess;
}

export interface RunVersionOptions {
  readonly corpora: readonly string[];
  /** Entries that are run of each graph in each corpus, evenly spread; default: all of them. */
  readonly entriesMax?: number | undefined;
  /** The one run to compare. */
  readonly requestId?: string | undefined;
  /** Ends the processes of both versions. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs the base twice, at the same time. @throws GraphError TENON2032 to TENON2035 */
export async function runBase(folder: VersionFolder, options: RunVersionOptions): Promise<RanBase> {
  const [first, second] = await settledTogether([
    VersionProcess.start(folder, options.corpora, options.signal),
    VersionProcess.start(folder, options.corpora, options.signal),
  ]);
  const { version, opened } = first;
  try {
    const places = placesOf(opened, options);
    const [runs, again] = await Promise.all([runOf(first, places), runOf(second, places)]);
    return { version, opened, places, runs, again };
  } catch (error) {
    version.end();
    throw error;
  } finally {
    second.version.end();
  }
}

/** Starts the head, runs it once and lays it beside the base. Ending the two processes is the caller's. */
export async function compareWith(
  base: RanBase,
  folder: VersionFolder,
  { corpora, signal }: Pick<RunVersionOptions, "corpora" | "signal">,
): Promise<Compared> {
  const started = await VersionProcess.start(folder, corpora, signal);
  const { version: headVersion, opened: head } = started;
  try {
    const runs = await runOf(started, base.places);
    const graphs = base.opened.graphs.flatMap((graph) => {
      const other = head.graphs.find(({ name }) => name === graph.name);
      return other === undefined ? [] : [unionGraph(graph, other)];
    });
    const byPlace = new Map(runs.map((run) => [keyOf(run.place), run]));
    const againByPlace = new Map(base.again.map((run) => [keyOf(run.place), run]));
    const entries: ComparedEntry[] = [];
    for (const run of base.runs) {
      const facts = base.opened.corpora[run.place.corpus]?.entries[run.place.at];
      const [headRun, again] = [byPlace.get(keyOf(run.place)), againByPlace.get(keyOf(run.place))];
      const graph = graphs.find(({ name }) => name === facts?.graph);
      if (facts === undefined || headRun === undefined || again === undefined || graph === undefined) continue;
      const noise = divergenceOf(graph, run, again);
      const passedOver = new Set([...noise.values()].flatMap(({ slots }) => slots));
      const divergence = divergenceOf(graph, run, headRun, passedOver);
      entries.push({ place: run.place, ...facts, base: run, again, head: headRun, noise, divergence });
    }
    const compared = { base: base.opened, head, graphs, entries, baseVersion: base.version, headVersion };
    return await withinTolerance(compared);
  } catch (error) {
    headVersion.end();
    throw error;
  }
}

/** Values of some slots of some entries in both versions, in the order of `entries`. */
export async function valuesOfBoth(
  { baseVersion, headVersion }: Compared,
  entries: readonly ComparedEntry[],
  slots: readonly SlotKey[],
): Promise<readonly { readonly entry: ComparedEntry; readonly base: EntryValues; readonly head: EntryValues }[]> {
  if (entries.length === 0 || slots.length === 0) return [];
  const question = { kind: "values", entries: entries.map(({ place }) => place), slots } as const;
  const [base, head] = await Promise.all([
    baseVersion.each<EntryValues>(question),
    headVersion.each<EntryValues>(question),
  ]);
  const [ofBase, ofHead] = [base, head].map((all) => new Map(all.map((each) => [keyOf(each.place), each])));
  return entries.flatMap((entry) => {
    const [left, right] = [ofBase?.get(keyOf(entry.place)), ofHead?.get(keyOf(entry.place))];
    return left === undefined || right === undefined ? [] : [{ entry, base: left, head: right }];
  });
}

/** Slots with rules may differ in their bytes and be the same all the same: only their values tell. */
async function withinTolerance(compared: Compared): Promise<Compared> {
  const entries = new Map(compared.entries.map((entry) => [entry, entry]));
  for (const graph of compared.graphs) {
    const ruled = rulesOf(graph);
    if (ruled.size === 0) continue;
    const asked = compared.entries.filter(
      (entry) => entry.graph === graph.name && differingSlots(entry.base, entry.head).some((slot) => ruled.has(slot)),
    );
    for (const { entry, base, head } of await valuesOfBoth(compared, asked, [...ruled.keys()])) {
      const passedOver = new Set([...entry.noise.values()].flatMap(({ slots }) => slots));
      for (const [slot, rules] of ruled) {
        if (sameUnderRules(base.values[slot], head.values[slot], rules)) passedOver.add(slot);
      }
      entries.set(entry, { ...entry, divergence: divergenceOf(graph, entry.base, entry.head, passedOver) });
    }
  }
  return { ...compared, entries: [...entries.values()] };
}

export function rulesOf({ base, head }: UnionGraph): ReadonlyMap<SlotKey, DescribedGraph["rules"][string]> {
  return new Map([...Object.entries(base.rules), ...Object.entries(head.rules)]);
}

function placesOf({ corpora }: OpenAnswer, options: RunVersionOptions): readonly EntryPlace[] {
  const { entriesMax = Number.POSITIVE_INFINITY, requestId } = options;
  const places = corpora.flatMap(({ entries }, corpus) => {
    const ofGraphs = Map.groupBy(entries.keys(), (at) => entries[at]?.graph).values();
    const chosen = [...ofGraphs].flatMap((all) => evenly(all.length, entriesMax).map((at) => all[at] as number));
    return chosen.sort((one, other) => one - other).map((at) => ({ corpus, at }));
  });
  if (requestId === undefined) return places;
  const all = corpora.flatMap(({ entries }, corpus) => entries.map((entry, at) => ({ entry, place: { corpus, at } })));
  return all.filter(({ entry }) => entry.requestId === requestId).map(({ place }) => place);
}

/** At most `max` of the numbers below `count`, evenly spread, ascending. */
export function evenly(count: number, max: number): readonly number[] {
  if (count <= max) return Array.from({ length: count }, (_, at) => at);
  return Array.from({ length: max }, (_, at) => Math.floor((at * count) / max));
}

function runOf({ version, opened }: OpenedVersion, entries: readonly EntryPlace[]): Promise<readonly RanEntry[]> {
  const indexing = new Set(
    opened.corpora
      .flatMap((corpus) => corpus.entries)
      .flatMap(({ host, graph }) => (host === "indexer" ? [graph] : [])),
  );
  const written = opened.graphs.filter(({ name }) => indexing.has(name)).flatMap(({ topology }) => topology.respond);
  return version.each<RanEntry>({ kind: "run", entries, answers: [...new Set([...SERVED, ...written])] });
}

function keyOf({ corpus, at }: EntryPlace): string {
  return `${corpus} ${at}`;
}

/** Both, or neither: where one cannot be started the other is ended. */
async function settledTogether(
  starts: readonly [Promise<OpenedVersion>, Promise<OpenedVersion>],
): Promise<readonly [OpenedVersion, OpenedVersion]> {
  const settled = await Promise.allSettled(starts);
  const failed = settled.find((each) => each.status === "rejected");
  if (failed === undefined) return [await starts[0], await starts[1]];
  for (const each of settled) if (each.status === "fulfilled") each.value.version.end();
  throw failed.reason;
}
