/** The corpora of a child, and an executor of this version for each graph in them. */
import { globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { placeKey } from "../../compare/place-key.ts";
import { type Corpus, corpusHash, readCorpus } from "../../corpus/read-corpus.ts";
import type { RecordedEntry } from "../../corpus/recorded-entry.ts";
import type { AnyExecutor } from "../../replay/graph-facts.ts";
import type { EntryPlace, IndexingAnswer, OpenAnswer } from "../protocol.ts";
import type { ReplayHost } from "../replay-host.ts";
import { describeGraph } from "./describe-graph.ts";

const HOST_FILES = "packages/*/src/dev-run/replay-host.ts";

/** Decoded entries that stay in memory, about 100 kB each: reading a corpus again costs as much as running a tenth of it. */
const ENTRIES_KEPT_MAX = 500;

export interface PlacedEntry extends OpenGraph {
  readonly place: EntryPlace;
  readonly entry: RecordedEntry;
}

interface OpenCorpus {
  readonly corpus: Corpus;
  readonly executors: ReadonlyMap<string, OpenGraph>;
}

/** A graph as this version runs it. */
export interface OpenGraph {
  readonly executor: AnyExecutor;
  readonly compose: ReplayHost["compose"];
}

export class OpenCorpora {
  readonly #root: string;
  #open: readonly OpenCorpus[] = [];
  #hosts: readonly ReplayHost[] = [];
  readonly #kept = new KeptEntries();

  /** @param root of the checkout this child runs in */
  constructor(root: string) {
    this.#root = root;
  }

  /** Graphs that this version has no host for are not among the described ones. */
  async open(paths: readonly string[]): Promise<OpenAnswer> {
    const hosts = await replayHosts(this.#root);
    this.#hosts = hosts;
    const corpora = paths.map((path) => readCorpus(path));
    this.#open = await Promise.all(
      corpora.map(async (corpus) => {
        const executors = new Map<string, OpenGraph>();
        for (const { name } of corpus.header.graphs) {
          const host = hosts.find(({ graphs }) => graphs.includes(name));
          if (host === undefined) continue;
          executors.set(name, { executor: await host.executorOf(name, corpus.header), compose: host.compose });
        }
        return { corpus, executors };
      }),
    );
    const graphs = new Map(this.#open.flatMap(({ executors }) => [...executors]));
    return {
      corpora: corpora.map((corpus) => ({
        name: corpus.header.name,
        madeBy: corpus.header.madeBy,
        hash: corpusHash(corpus),
        entries: [...corpus.entries()].map(({ recording, host, stratum }) => ({
          requestId: recording.requestId,
          graph: recording.graph,
          host,
          stratum,
        })),
      })),
      graphs: [...graphs.values()].map(({ executor }) => describeGraph(executor, this.#root)),
    };
  }

  /** Of each corpus with runs of an index's handlers: what the recorded changes come to, by deltas and as a base. */
  async converge(): Promise<readonly IndexingAnswer[]> {
    const answers: IndexingAnswer[] = [];
    for (const { corpus } of this.#open) {
      const { header } = corpus;
      const host = this.#hosts.find(
        ({ converge, graphs }) => converge !== undefined && header.graphs.some(({ name }) => graphs.includes(name)),
      );
      const answer = await host?.converge?.(header, [...corpus.entries()]);
      if (answer !== undefined && answer.changes > 0) answers.push(answer);
    }
    return answers;
  }

  /** These entries, with the executor of their graph; in the order of the corpora, each read once. */
  *each(places: readonly EntryPlace[]): Generator<PlacedEntry> {
    for (const [number, { corpus, executors }] of this.#open.entries()) {
      const asked = places.filter((place) => place.corpus === number);
      const graphOf = ({ recording }: RecordedEntry) => executors.get(recording.graph);
      for (const [place, entry] of this.#kept.some(asked) ?? this.#read(corpus, asked)) {
        const graph = graphOf(entry);
        if (graph !== undefined) yield { ...graph, place, entry };
      }
    }
  }

  /** Reads a corpus up to the last of the entries, and keeps them where they are few: measuring asks for the same ones in turn. */
  *#read(corpus: Corpus, places: readonly EntryPlace[]): Generator<readonly [EntryPlace, RecordedEntry]> {
    const wanted = new Map(places.map((place) => [place.at, place]));
    let at = 0;
    let left = wanted.size;
    if (left === 0) return;
    for (const entry of corpus.entries()) {
      const place = wanted.get(at++);
      if (place === undefined) continue;
      if (places.length <= ENTRIES_KEPT_MAX) this.#kept.keep(place, entry);
      yield [place, entry];
      if (--left === 0) break;
    }
  }
}

/** Entries that were asked for lately, a bounded number of them. */
class KeptEntries {
  readonly #entries = new Map<string, RecordedEntry>();

  keep(place: EntryPlace, entry: RecordedEntry): void {
    if (this.#entries.size >= ENTRIES_KEPT_MAX) this.#entries.clear();
    this.#entries.set(placeKey(place), entry);
  }

  /** These entries in their order, where all of them are kept. */
  some(places: readonly EntryPlace[]): readonly (readonly [EntryPlace, RecordedEntry])[] | undefined {
    const inOrder = places.toSorted((one, other) => one.at - other.at);
    const found = inOrder.flatMap((place) => {
      const entry = this.#entries.get(placeKey(place));
      return entry === undefined ? [] : [[place, entry] as const];
    });
    return found.length === places.length ? found : undefined;
  }
}

async function replayHosts(root: string): Promise<readonly ReplayHost[]> {
  const files = globSync(HOST_FILES, { cwd: root }).sort();
  return Promise.all(
    files.map(async (file) => {
      const module = (await import(pathToFileURL(join(root, file)).href)) as { readonly replayHost: ReplayHost };
      return module.replayHost;
    }),
  );
}
