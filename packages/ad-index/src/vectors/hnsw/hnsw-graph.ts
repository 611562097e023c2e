/**
 * A graph over a segment by hnswlib-node, an optional peer: one more method of the planner, and the measure of the others.
 * Source: Malkov and Yashunin, Efficient and robust approximate nearest neighbor search using HNSW graphs, TPAMI 2018.
 */
import { Worker } from "node:worker_threads";
import { badHnswInput, hnswMissing, searchQueueFull, searchWorkerLost } from "../errors.ts";
import type { VectorSegment } from "../segment/vector-segment.ts";
import { WAITING_MAX } from "../workers/task-runner.ts";
import type { GraphMessage, GraphQuery, GraphSettings, GraphWorkerData } from "./graph-worker.ts";

/** Of the addon: below two links a graph is a line, above 100 building takes hours. */
const LINKS_MAX = 100;
const BUILD_CANDIDATES_MAX = 2_000;
export const GRAPH_SETTINGS: GraphSettings = { linksPerNode: 16, buildCandidates: 200, seed: 1 };

export interface GraphFound {
  /** At most k, often fewer under a strict filter; nearest first by the graph's own scores. */
  readonly rows: Int32Array;
  /** Rows that the filter was asked about. */
  readonly visited: number;
}

interface Waiting {
  readonly resolve: (found: GraphFound) => void;
  readonly reject: (reason: unknown) => void;
}

export class HnswGraph {
  private readonly worker: Worker;
  /** In the order of sending, which is the order of answering. */
  private readonly waiting: Waiting[] = [];
  private lost: unknown;

  private constructor(worker: Worker) {
    this.worker = worker;
    worker.unref();
    worker.on("message", (message: GraphMessage) => {
      if (message.kind === "found") this.waiting.shift()?.resolve(message);
      if (this.waiting.length === 0) worker.unref();
    });
  }

  /**
   * Builds the graph in a thread of its own: about a minute per 100,000 vectors. Rejects with TENON1417 when the addon is missing,
   * TENON1418 for settings it does not take, TENON1416 when the thread ends.
   */
  static async build(segment: VectorSegment, settings: Partial<GraphSettings> = {}): Promise<HnswGraph> {
    const all = { ...GRAPH_SETTINGS, ...settings };
    checkSetting("links per node", all.linksPerNode, 2, LINKS_MAX);
    checkSetting("candidates while building", all.buildCandidates, all.linksPerNode, BUILD_CANDIDATES_MAX);
    const workerData: GraphWorkerData = { shared: segment.shared, settings: all };
    const file = `./graph-worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`;
    const worker = new Worker(new URL(file, import.meta.url), { workerData });
    const { promise, resolve, reject } = Promise.withResolvers<HnswGraph>();
    worker.once("message", (message: GraphMessage) => {
      if (message.kind === "missing") {
        reject(hnswMissing(message.cause));
        void worker.terminate();
      } else resolve(graph);
    });
    const graph = new HnswGraph(worker);
    // The thread is what the caller waits for.
    worker.ref();
    let cause = "";
    worker.on("error", (error: unknown) => {
      cause = error instanceof Error ? error.message : String(error);
    });
    worker.on("exit", (code) => {
      const loss = searchWorkerLost(cause === "" ? `exit code ${code}` : cause);
      reject(loss);
      graph.lose(loss);
    });
    await promise;
    worker.unref();
    return graph;
  }

  /** Rejects with TENON1415 and TENON1416. `masks`: addresses of bitmaps. */
  search(query: GraphQuery): Promise<GraphFound> {
    if (this.lost !== undefined) return Promise.reject(this.lost);
    if (this.waiting.length >= WAITING_MAX)
      return Promise.reject(searchQueueFull(this.waiting.length, WAITING_MAX, false));
    const { promise, resolve, reject } = Promise.withResolvers<GraphFound>();
    this.waiting.push({ resolve, reject });
    this.worker.ref();
    this.worker.postMessage(query);
    return promise;
  }

  async close(): Promise<void> {
    this.lose(searchQueueFull(0, WAITING_MAX, true));
    await this.worker.terminate();
  }

  private lose(reason: unknown): void {
    this.lost ??= reason;
    for (const { reject } of this.waiting.splice(0)) reject(this.lost);
  }
}

function checkSetting(name: string, found: number, least: number, most: number): void {
  if (!Number.isInteger(found) || found < least || found > most)
    throw badHnswInput(`has no usable ${name}`, `an integer from ${least} to ${most}`, String(found));
}
