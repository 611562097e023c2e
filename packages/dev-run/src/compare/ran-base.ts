/** The base, run twice over the entries that are compared: once to be laid beside the head, once to see what is noise. */
import type { EntryPlace, OpenAnswer, RanEntry } from "../versions/protocol.ts";
import { type OpenedVersion, type VersionFolder, VersionProcess } from "../versions/version-process.ts";
import { evenly } from "./evenly.ts";
import { type FieldNoise, fieldNoise } from "./field-noise.ts";
import type { OwnTolerances } from "./field-rules.ts";

/** The answer of a serving run: metrics are made of it. Its other respond slots are large, and fetched where they differ. */
const SERVED = ["adResponse"];

export interface RanBase {
  readonly version: VersionProcess;
  readonly opened: OpenAnswer;
  readonly places: readonly EntryPlace[];
  readonly runs: readonly RanEntry[];
  /** The same entries once more, in a process of its own: what differs is noise. */
  readonly again: readonly RanEntry[];
  readonly noise: FieldNoise;
}

export interface RunVersionOptions {
  readonly corpora: readonly string[];
  /** Entries that are run of each graph in each corpus, evenly spread; default: all of them. */
  readonly entriesMax?: number | undefined;
  /** The one run to compare. */
  readonly requestId?: string | undefined;
  /** Tolerances of teams for fields of their slots, beside those that schemas declare. */
  readonly tolerances?: OwnTolerances | undefined;
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
    // Before the second process goes: it holds the other values.
    const noise = await fieldNoise({ opened, runs, again, first: version, second: second.version });
    return { version, opened, places, runs, again, noise };
  } catch (error) {
    version.end();
    throw error;
  } finally {
    second.version.end();
  }
}

export function runOf(
  { version, opened }: OpenedVersion,
  entries: readonly EntryPlace[],
): Promise<readonly RanEntry[]> {
  const indexing = new Set(
    opened.corpora
      .flatMap((corpus) => corpus.entries)
      .flatMap(({ host, graph }) => (host === "indexer" ? [graph] : [])),
  );
  const written = opened.graphs.filter(({ name }) => indexing.has(name)).flatMap(({ topology }) => topology.respond);
  return version.each<RanEntry>({ kind: "run", entries, answers: [...new Set([...SERVED, ...written])] });
}

/** Entries that are run: the same ones whichever version opened the corpora. */
export function placesOf({ corpora }: OpenAnswer, options: RunVersionOptions): readonly EntryPlace[] {
  const { entriesMax = Number.POSITIVE_INFINITY, requestId } = options;
  const places = corpora.flatMap(({ entries }, corpus) => {
    const ofGraphs = Map.groupBy(entries.keys(), (at) => entries[at]?.graph).values();
    const chosen = [...ofGraphs].flatMap((all) => evenly(all, entriesMax));
    return chosen.sort((one, other) => one - other).map((at) => ({ corpus, at }));
  });
  if (requestId === undefined) return places;
  const all = corpora.flatMap(({ entries }, corpus) => entries.map((entry, at) => ({ entry, place: { corpus, at } })));
  return all.filter(({ entry }) => entry.requestId === requestId).map(({ place }) => place);
}

interface Ending {
  readonly version: VersionProcess;
}

/** Both, or neither: where one fails the other is ended. */
export async function settledTogether<One extends Ending, Other extends Ending>(
  starts: readonly [Promise<One>, Promise<Other>],
): Promise<readonly [One, Other]> {
  const settled = await Promise.allSettled(starts);
  const failed = settled.find((each) => each.status === "rejected");
  if (failed === undefined) return [await starts[0], await starts[1]];
  for (const each of settled) if (each.status === "fulfilled") each.value.version.end();
  throw failed.reason;
}
