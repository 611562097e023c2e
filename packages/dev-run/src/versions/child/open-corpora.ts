/** The corpora of a child, and an executor of this version for each graph in them. */
import { globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Corpus, corpusHash, readCorpus } from "../../corpus/read-corpus.ts";
import type { RecordedEntry } from "../../corpus/recorded-entry.ts";
import type { AnyExecutor } from "../../replay/graph-facts.ts";
import type { EntryPlace, IndexingAnswer, OpenAnswer } from "../protocol.ts";
import type { ReplayHost } from "../replay-host.ts";
import { describeGraph } from "./describe-graph.ts";

const HOST_FILES = "packages/*/src/dev-run/replay-host.ts";

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
  *each(
    places: readonly EntryPlace[],
  ): Generator<OpenGraph & { readonly place: EntryPlace; readonly entry: RecordedEntry }> {
    for (const [number, { corpus, executors }] of this.#open.entries()) {
      const wanted = new Map(places.filter((place) => place.corpus === number).map((place) => [place.at, place]));
      if (wanted.size === 0) continue;
      let at = 0;
      let left = wanted.size;
      for (const entry of corpus.entries()) {
        const place = wanted.get(at++);
        if (place === undefined) continue;
        const graph = executors.get(entry.recording.graph);
        if (graph !== undefined) yield { ...graph, place, entry };
        if (--left === 0) break;
      }
    }
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
