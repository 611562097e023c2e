/** What a graph costs at the wanted recall, measured on queries without filters: the planner's view of it. */
import type { HybridIndex } from "../hybrid-index.ts";

export interface GraphProfile {
  /** Candidates (ef) at which the recall is reached. */
  readonly candidates: number;
  /** Median time of a search without filter, the way to the thread and back included. */
  readonly searchNs: number;
  /** Least selectivity at which the planner considers the graph: below, its walk loses its way. */
  readonly selectivityMin: number;
}

const CANDIDATES = [10, 20, 40, 80, 160, 320, 640, 1_280] as const;
/** Below about this share of matching rows hnswlib loses to exact search everywhere it was measured. */
const SELECTIVITY_MIN = 0.3;

/**
 * Tries more and more candidates until the mean recall over `queries` (one after the other) is reached; undefined when none does.
 * The index must have the graph already.
 */
export async function profileGraph(
  index: HybridIndex,
  queries: Float32Array,
  options: { readonly k?: number; readonly recallMin?: number; readonly nowMs?: () => number } = {},
): Promise<GraphProfile | undefined> {
  const { dimensions, embeddingVersion } = index.segment.shape;
  const { k = 10, recallMin = 0.99, nowMs = () => performance.now() } = options;
  for (const candidates of CANDIDATES) {
    let recall = 0;
    const timesMs: number[] = [];
    const count = Math.floor(queries.length / dimensions);
    for (let place = 0; place < count; place++) {
      const vector = queries.subarray(place * dimensions, (place + 1) * dimensions);
      const query = { vector, embeddingVersion, k, filters: [] };
      const startMs = nowMs();
      const found = await index.searchGraph(query, candidates);
      timesMs.push(nowMs() - startMs);
      const exact = index.search({ ...query, method: "exact" });
      const ids = new Set(found.ids);
      recall += exact.ids.length === 0 ? 1 : exact.ids.filter((id) => ids.has(id)).length / exact.ids.length;
    }
    if (count > 0 && recall / count >= recallMin) {
      const medianMs = timesMs.toSorted((left, right) => left - right)[count >> 1] as number;
      return { candidates, searchNs: medianMs * 1e6, selectivityMin: SELECTIVITY_MIN };
    }
  }
  return undefined;
}
