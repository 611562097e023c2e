/**
 * Changes of ads through the host's port, visible in the next snapshot, beside hnswlib-node's way: mark the old vector deleted and
 * insert the new one in its place. And what 5,000 changed ads cost a search before they are folded into the base.
 *
 * Vectors against vectors: ads that are nothing but a vector to the index, without words, targets or caps of their own, get a new
 * one. They take the way of every change, with version, change log, columns and snapshot; hnswlib-node keeps labels and vectors.
 * Whole documents, from the generated marketplace, are rows beside it: no peer here indexes any of that.
 */
import { type AdIndexHost, buildBase, type DocumentUpsert, type IndexBase, openIndex } from "@tenon/ad-index";
import { F32Column } from "@tenon/graph-core";
import { median } from "../../harness/interleave.ts";
import { type Part, type Row, rounded } from "../../harness/report.ts";
import { cpuMs, isUnavailable } from "../contenders/contender.ts";
import { changeableGraph, HNSWLIB, type HnswGraph, hnswlib } from "../contenders/hnswlib.ts";
import { ClusteredSource } from "../data/clustered.ts";
import { documentOf, EMBEDDING_VERSION } from "../data/documents.ts";
import { K } from "../data/truth.ts";
import type { VectorSet } from "../data/vector-set.ts";
import { wholeDocuments } from "../data/whole-documents.ts";
import { SEED } from "../data/workload.ts";
import { type Outcome, partOf } from "../goals.ts";

export interface UpdateAmounts {
  readonly ads: number;
  /** Ads that are changed one batch after the other; all distinct. */
  readonly changed: number;
  /** Changes of hnswlib-node: it makes some hundred a second. */
  readonly peerChanges: number;
  readonly searches: number;
}

/** Changes of one batch of the change feed: the goal is about the first. */
const BATCHES = [100, 1_000, 1] as const;
const SEARCH_REPEATS = 5;
/** Turns of the contenders, each with changes of its own. */
const ROUNDS = 3;
const LAYOUTS = ["lists", "flat"] as const;

export async function updatesPart({ ads, changed, peerChanges, searches }: UpdateAmounts): Promise<Part> {
  const source = new ClusteredSource({ count: ads, dimensions: 64, seed: SEED });
  const set = source.vectorSet();
  const queries = source.queries(searches, "reporting").vectors;
  const moved = source.queries(changed, "tuning").vectors;
  const documents = Array.from({ length: ads }, (_, row) => documentOf(row, 1));
  const embeddings = { version: EMBEDDING_VERSION, dimensions: set.dimensions, rows: set.vectors };
  const base = buildBase(documents, { embeddings, vectors: "lists" });
  const upserts = moved.map((vector, row) => ({ document: documentOf(row, 2), vector }));
  const peer = await PeerChanges.of(set);
  const rates: Rates = new Map();
  const peerRates: number[] = [];
  // The first round warms the code up, and is not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const batch of BATCHES) {
      const rate = changesPerSecond(base, upserts, batch);
      if (round > 0) noteRate(rates, `lists ${batch}`, rate);
    }
    if (typeof peer === "string") continue;
    const share = Math.ceil(peerChanges / (ROUNDS + 1));
    const rate = peer.changesPerSecond(moved.slice(round * share, (round + 1) * share), round * share);
    if (round > 0) peerRates.push(rate);
  }
  const growth = await searchGrowth(base, upserts, queries);
  const where = `measured at ${ads} ads`;
  const rate = rateOf(rates, "lists 100");
  const ratio: Outcome =
    typeof peer === "string"
      ? { missing: `${HNSWLIB}: ${peer}` }
      : { value: rate / median(peerRates), measured: where };
  const workload = `new vectors of ads, ${ads} x 64, lists`;
  const rows: Row[] = [
    ...BATCHES.map((batch) => ({
      workload,
      contender: "tenon",
      changesPerCpuSecond: rounded(rateOf(rates, `lists ${batch}`)),
      batch,
      changed,
    })),
    typeof peer === "string"
      ? { workload, contender: HNSWLIB, unavailable: peer }
      : {
          workload,
          contender: HNSWLIB,
          changesPerCpuSecond: rounded(median(peerRates)),
          batch: 1,
          changed: peerChanges,
        },
    {
      workload: `${workload}, search p50`,
      beforeMicros: rounded(growth.before),
      afterMicros: rounded(growth.after),
      changed,
    },
    ...(await wholeDocumentRows(changed)),
  ];
  return partOf(
    "updates",
    { upserts: ratio, "upserts.search": { value: growth.after / growth.before, measured: where } },
    rows,
  );
}

type Rates = Map<string, number[]>;

function noteRate(rates: Rates, name: string, rate: number): void {
  rates.set(name, [...(rates.get(name) ?? []), rate]);
}

function rateOf(rates: Rates, name: string): number {
  return median(rates.get(name) ?? []);
}

/** Documents with words, targets and caps, as AdMixer serves them. */
async function wholeDocumentRows(changed: number): Promise<readonly Row[]> {
  const { documents, embeddings, changesOf } = await wholeDocuments();
  const bases = LAYOUTS.map((vectors) => ({ vectors, base: buildBase(documents, { embeddings, vectors }) }));
  const rates: Rates = new Map();
  for (let round = 0; round <= ROUNDS; round++) {
    for (const batch of BATCHES) {
      for (const { vectors, base } of bases) {
        const rate = changesPerSecond(base, changesOf(changed), batch);
        if (round > 0) noteRate(rates, `${vectors} ${batch}`, rate);
      }
    }
  }
  return LAYOUTS.flatMap((vectors) =>
    BATCHES.map((batch) => ({
      workload: `whole documents, ${documents.length} x ${embeddings.dimensions}, ${vectors}`,
      contender: "tenon",
      changesPerCpuSecond: rounded(rateOf(rates, `${vectors} ${batch}`)),
      batch,
      changed,
    })),
  );
}

async function searchGrowth(
  base: IndexBase,
  upserts: readonly DocumentUpsert[],
  queries: readonly Float32Array[],
): Promise<{ readonly before: number; readonly after: number }> {
  const [fresh, changed] = [openIndex(base), openIndex(base)];
  changed.apply({ upserts });
  await searchMicros(changed, queries);
  const [before, after]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    before.push(await searchMicros(fresh, queries));
    after.push(await searchMicros(changed, queries));
  }
  return { before: Math.min(...before), after: Math.min(...after) };
}

/** Per second of CPU time, each ad once, on an index of its own. */
function changesPerSecond(base: IndexBase, upserts: readonly DocumentUpsert[], batch: number): number {
  const index = openIndex(base);
  const from = cpuMs();
  let applied = 0;
  for (let at = 0; at < upserts.length; at += batch)
    applied += index.apply({ upserts: upserts.slice(at, at + batch) }).appliedCount;
  const rate = (applied * 1_000) / (cpuMs() - from);
  if (applied !== upserts.length) throw new Error(`${applied} of ${upserts.length} changes were applied`);
  return rate;
}

/** Median over queries of the fastest of some searches over all ads, µs: the first ones also warm the code up. */
async function searchMicros(index: AdIndexHost, queries: readonly Float32Array[]): Promise<number> {
  const times: number[] = [];
  for (const query of queries) {
    const vector = F32Column.from(query);
    const filter = { targeting: {}, atMs: 1 };
    let least = Number.POSITIVE_INFINITY;
    for (let repeat = 0; repeat < SEARCH_REPEATS; repeat++) {
      const from = performance.now();
      await index.current().searchVectors({ vector, embeddingVersion: EMBEDDING_VERSION, filter, limit: K });
      least = Math.min(least, (performance.now() - from) * 1_000);
    }
    times.push(least);
  }
  return median(times);
}

class PeerChanges {
  private readonly graph: HnswGraph;

  private constructor(graph: HnswGraph) {
    this.graph = graph;
  }

  /** Or why there is none. */
  static async of(set: VectorSet): Promise<PeerChanges | string> {
    const built = await hnswlib({ cachedOnly: false })(set);
    if (isUnavailable(built)) return built.unavailable;
    const graph = changeableGraph(set);
    return "unavailable" in graph ? graph.unavailable : new PeerChanges(graph);
  }

  /** Per second of CPU time. Labels from `first` on get these vectors. */
  changesPerSecond(moved: readonly Float32Array[], first: number): number {
    const { graph } = this;
    const points = moved.map((vector) => Array.from(vector));
    const from = cpuMs();
    for (const [place, point] of points.entries()) {
      graph.markDelete(first + place);
      graph.addPoint(point, first + place, true);
    }
    const rate = (moved.length * 1_000) / (cpuMs() - from);
    const [point] = points;
    const found = point === undefined ? [] : graph.searchKnn(point, 1).neighbors;
    if (found[0] !== first)
      throw new Error(`${HNSWLIB} did not find the vector that was just inserted, but ${found[0]}`);
    return rate;
  }
}
