/**
 * hnswlib-node with its filter callback: the two bitmaps are combined into words, and the callback tests a bit of them. At
 * 100 % it is asked without a callback. It takes arrays of numbers only; the query is turned into one before the clock runs.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { cachePath } from "../data/cache.ts";
import { K } from "../data/truth.ts";
import { type VectorSet, vectorOf } from "../data/vector-set.ts";
import { type Bitmaps, bitmapsOf, intersect } from "./bits.ts";
import { buildOnce } from "./build-once.ts";
import type { Built, Contender, Unavailable } from "./contender.ts";

export const HNSWLIB = "hnswlib-node";

/** Connections per node and candidates while building: the values its own documents and most benchmarks use. */
const CONNECTIONS = 16;
const EF_CONSTRUCTION = 200;
const BUILD_SEED = 100;
const EF_LADDER: readonly number[] = [10, 20, 40, 80, 160, 320, 640, 1_280, 2_560];

/** What the bench uses of the package, which is optional: it compiles at installation, which not every machine can. */
export interface HnswGraph {
  initIndex(
    elementsMax: number,
    connections: number,
    efConstruction: number,
    seed: number,
    replaceDeleted: boolean,
  ): void;
  addPoint(point: readonly number[], label: number, replaceDeleted?: boolean): void;
  markDelete(label: number): void;
  searchKnn(query: readonly number[], k: number, filter?: (label: number) => boolean): { readonly neighbors: number[] };
  setEf(ef: number): void;
  writeIndexSync(path: string): void;
  readIndexSync(path: string, replaceDeleted?: boolean): void;
}

type HnswModule = { readonly HierarchicalNSW: new (space: "ip", dimensions: number) => HnswGraph };

function loadHnswlib(): HnswModule | Unavailable {
  try {
    return createRequire(import.meta.url)("hnswlib-node") as HnswModule;
  } catch (error) {
    return { name: HNSWLIB, unavailable: `the package is not installed or was not built: ${String(error)}` };
  }
}

/** `cachedOnly`: a graph of an earlier run or none, because building takes longer than this run may. */
export function hnswlib({ cachedOnly }: { readonly cachedOnly: boolean }) {
  return (set: VectorSet): Promise<Built | Unavailable> => Promise.resolve(build(set, cachedOnly));
}

function build(set: VectorSet, cachedOnly: boolean): Built | Unavailable {
  const module = loadHnswlib();
  if ("unavailable" in module) return module;
  const graph = new module.HierarchicalNSW("ip", set.dimensions);
  return buildOnce({
    name: HNSWLIB,
    path: graphPath(set),
    cachedOnly,
    set,
    load: (path) => graph.readIndexSync(path),
    fill: () => fill(graph, set),
    save: (path) => graph.writeIndexSync(path),
    contender: () => contenderOf(graph, set),
  });
}

function fill(graph: HnswGraph, set: VectorSet): void {
  graph.initIndex(set.count, CONNECTIONS, EF_CONSTRUCTION, BUILD_SEED, false);
  for (let id = 0; id < set.count; id++) graph.addPoint(Array.from(vectorOf(set, id)), id);
}

/** Where the graph of a set lies once a run has built it. */
export function graphPath({ digest }: Pick<VectorSet, "digest">): string {
  return cachePath(`hnswlib-node 3.0.0 ${CONNECTIONS} ${EF_CONSTRUCTION} ${digest}`, "hnsw");
}

/** Whether an earlier run has left the graph of a set on this machine. */
export function isGraphKept(set: Pick<VectorSet, "digest">): boolean {
  return existsSync(graphPath(set));
}

/** A graph that takes changes, loaded from the one that {@link hnswlib} has left on the machine. */
export function changeableGraph(set: VectorSet): HnswGraph | Unavailable {
  const module = loadHnswlib();
  if ("unavailable" in module) return module;
  const graph = new module.HierarchicalNSW("ip", set.dimensions);
  graph.readIndexSync(graphPath(set), true);
  return graph;
}

function contenderOf(graph: HnswGraph, set: VectorSet): Contender {
  const words = new Int32Array((set.count + 31) >>> 5);
  const allows = (id: number): boolean => ((words[id >>> 5] as number) & (1 << (id & 31))) !== 0;
  let efSet = 0;
  return {
    name: HNSWLIB,
    prepare: (filter) => bitmapsOf(filter, set),
    queryOf: (query) => Array.from(query),
    settings: () => EF_LADDER,
    search: (query, prepared, ef) => {
      if (ef !== efSet) graph.setEf(ef);
      efSet = ef;
      const bitmaps = prepared as Bitmaps;
      if (bitmaps === undefined) return graph.searchKnn(query as number[], K).neighbors;
      intersect(bitmaps[0], bitmaps[1], words);
      return graph.searchKnn(query as number[], K, allows).neighbors;
    },
  };
}
