/**
 * The thread that owns a graph: hnswlib searches one query at a time and cannot share an index between threads.
 *
 * H1 Nothing throws inside the filter: an exception there would end the process. It only reads words, and a word that does not
 *    exist reads as no match.
 * H2 Labels are rows, added once. They are never deleted and never replaced: a replaced label can be found twice.
 * H3 Vectors cross as `number[]`, the only form the addon takes.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { SharedSegment } from "../segment/vector-segment.ts";

export interface GraphSettings {
  /** Links per node, M of the paper. */
  readonly linksPerNode: number;
  /** Candidates while building, efConstruction. */
  readonly buildCandidates: number;
  readonly seed: number;
}

export interface GraphWorkerData {
  readonly shared: SharedSegment;
  readonly settings: GraphSettings;
}

export interface GraphQuery {
  readonly query: readonly number[];
  readonly k: number;
  /** Candidates while searching, ef. */
  readonly candidates: number;
  readonly masks: readonly number[];
}

export type GraphMessage =
  | { readonly kind: "ready" }
  /** The addon cannot be loaded. */
  | { readonly kind: "missing"; readonly cause: string }
  | { readonly kind: "found"; readonly rows: Int32Array; readonly visited: number };

const { shared, settings } = workerData as GraphWorkerData;
const send = (message: GraphMessage) => parentPort?.postMessage(message);

try {
  const { default: hnswlib } = await import("hnswlib-node");
  const graph = build(hnswlib);
  parentPort?.on("message", (query: GraphQuery) => send(search(graph, query)));
  send({ kind: "ready" });
} catch (error) {
  send({ kind: "missing", cause: error instanceof Error ? error.message : String(error) });
}

type Hnswlib = typeof import("hnswlib-node");
type Graph = InstanceType<Hnswlib["HierarchicalNSW"]>;

function build({ HierarchicalNSW }: Hnswlib): Graph {
  const { shape, layout, memory } = shared;
  const graph = new HierarchicalNSW(shape.metric === "l2" ? "l2" : "ip", shape.dimensions);
  graph.initIndex(Math.max(1, shape.vectorCount), settings.linksPerNode, settings.buildCandidates, settings.seed);
  const present = new Int32Array(memory.buffer, layout.present, layout.bitmapBytes >> 2);
  for (let row = 0; row < shape.vectorRows; row++) {
    if ((((present[row >>> 5] as number) >>> (row & 31)) & 1) === 0) continue;
    const at = layout.exact + row * shape.exactStride * 4;
    graph.addPoint(Array.from(new Float32Array(memory.buffer, at, shape.dimensions)), row);
  }
  return graph;
}

function search(graph: Graph, { query, k, candidates, masks }: GraphQuery): GraphMessage {
  const words = new Int32Array(shared.memory.buffer);
  let visited = 0;
  const inMasks = (row: number) => {
    visited++;
    for (const mask of masks) if ((((words[(mask >> 2) + (row >>> 5)] ?? 0) >>> (row & 31)) & 1) === 0) return false;
    return true;
  };
  // Asking for more than it holds throws.
  const wanted = Math.min(k, graph.getCurrentCount());
  if (wanted === 0) return { kind: "found", rows: new Int32Array(0), visited };
  graph.setEf(Math.max(candidates, wanted));
  const { neighbors } = graph.searchKnn([...query], wanted, inMasks);
  return { kind: "found", rows: Int32Array.from(neighbors), visited };
}
