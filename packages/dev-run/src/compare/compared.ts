/** Two versions that ran the same entries: the base twice, the head once. */
import type { OpenAnswer, OpenedEntry, RanEntry } from "../versions/protocol.ts";
import { type OpenedVersion, type VersionFolder, VersionProcess } from "../versions/version-process.ts";
import type { FieldNoise } from "./field-noise.ts";
import { type OwnTolerances, withTolerances } from "./field-rules.ts";
import { type Divergence, divergenceOf } from "./first-divergence.ts";
import { withoutToleratedAndNoise } from "./passed-over.ts";
import { placeKey } from "./place-key.ts";
import { placesOf, type RanBase, type RunVersionOptions, runOf } from "./ran-base.ts";
import { type UnionGraph, unionGraph } from "./union-graph.ts";

export interface ComparedEntry {
  readonly place: RanEntry["place"];
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
  readonly noise: FieldNoise;
  readonly baseVersion: VersionProcess;
  readonly headVersion: VersionProcess;
}

export interface RanVersion extends OpenedVersion {
  readonly runs: readonly RanEntry[];
}

/** Starts a version and runs it once. Ending its process is the caller's. @throws GraphError TENON2032 to TENON2035 */
export async function runOnce(folder: VersionFolder, options: RunVersionOptions): Promise<RanVersion> {
  const started = await VersionProcess.start(folder, options.corpora, options.signal);
  try {
    return { ...started, runs: await runOf(started, placesOf(started.opened, options)) };
  } catch (error) {
    started.version.end();
    throw error;
  }
}

/**
 * Runs a head and lays it beside a base that has run. Ending the two processes is the caller's.
 *
 * @throws GraphError TENON2032 to TENON2035; TENON2037 for a tolerance that may not be
 */
export async function compareWith(
  base: RanBase,
  folder: VersionFolder,
  { corpora, tolerances, signal }: Pick<RunVersionOptions, "corpora" | "tolerances" | "signal">,
): Promise<Compared> {
  const started = await VersionProcess.start(folder, corpora, signal);
  try {
    return await compareRuns(base, { ...started, runs: await runOf(started, base.places) }, tolerances);
  } catch (error) {
    started.version.end();
    throw error;
  }
}

/** Lays two versions that have run beside each other. Ends the head where that fails. */
export async function compareRuns(
  base: RanBase,
  { version: headVersion, opened: head, runs }: RanVersion,
  tolerances: OwnTolerances | undefined,
): Promise<Compared> {
  try {
    const common = base.opened.graphs.flatMap((graph) => {
      const other = head.graphs.find(({ name }) => name === graph.name);
      return other === undefined ? [] : [unionGraph(graph, other)];
    });
    const graphs = withTolerances(common, tolerances);
    const entries = entriesOf(base, runs, graphs);
    const versions = { baseVersion: base.version, headVersion };
    const compared = { base: base.opened, head, graphs, entries, noise: base.noise, ...versions };
    return await withoutToleratedAndNoise(compared, base.noise);
  } catch (error) {
    headVersion.end();
    throw error;
  }
}

function entriesOf(
  { opened, runs: ofBase, again: ofAgain }: RanBase,
  ofHead: readonly RanEntry[],
  graphs: readonly UnionGraph[],
): readonly ComparedEntry[] {
  const byPlace = (runs: readonly RanEntry[]) => new Map(runs.map((run) => [placeKey(run.place), run]));
  const [heads, others] = [byPlace(ofHead), byPlace(ofAgain)];
  return ofBase.flatMap((base) => {
    const { place } = base;
    const facts = opened.corpora[place.corpus]?.entries[place.at];
    const [head, again] = [heads.get(placeKey(place)), others.get(placeKey(place))];
    const graph = graphs.find(({ name }) => name === facts?.graph);
    if (facts === undefined || head === undefined || again === undefined || graph === undefined) return [];
    const noise = divergenceOf(graph, base, again);
    return [{ place, ...facts, base, again, head, noise, divergence: divergenceOf(graph, base, head) }];
  });
}
