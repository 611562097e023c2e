/**
 * Changes of ads through the host's port, visible in the next snapshot, beside hnswlib-node's way: mark the old vector deleted and
 * insert the new one in its place. And what 5,000 changed ads cost a search before they are folded into the base.
 */
import { type AdIndexHost, buildExactIndex, type DocumentUpsert } from "@tenon/ad-index";
import { F32Column } from "@tenon/graph-core";
import { median } from "../../harness/interleave.ts";
import { type Part, type Row, rounded } from "../../harness/report.ts";
import { cpuMs, isUnavailable } from "../contenders/contender.ts";
import { changeableGraph, HNSWLIB, hnswlib } from "../contenders/hnswlib.ts";
import { ClusteredSource } from "../data/clustered.ts";
import { documentOf, EMBEDDING_VERSION } from "../data/documents.ts";
import { K } from "../data/truth.ts";
import type { VectorSet } from "../data/vector-set.ts";
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

/** Changes of one batch of the change feed. */
const BATCH = 100;
const SINGLE_CHANGES = 200;
const SEARCH_REPEATS = 5;

export async function updatesPart({ ads, changed, peerChanges, searches }: UpdateAmounts): Promise<Part> {
  const source = new ClusteredSource({ count: ads, dimensions: 64, seed: SEED });
  const set = source.vectorSet();
  const queries = source.queries(searches, "reporting").vectors;
  const moved = source.queries(changed + SINGLE_CHANGES, "tuning").vectors;
  const index = buildExactIndex(
    Array.from({ length: ads }, (_, row) => documentOf(row, 1)),
    { embeddings: { version: EMBEDDING_VERSION, dimensions: set.dimensions, rows: set.vectors } },
  );
  const before = searchMicros(index, queries);
  const upserts = moved.map((vector, row) => ({ document: documentOf(row, 2), vector }));
  const rate = changesPerSecond(index, upserts.slice(0, changed), BATCH);
  const after = searchMicros(index, queries);
  const single = changesPerSecond(index, upserts.slice(changed), 1);
  const peer = await peerChangesPerSecond(set, moved.slice(0, peerChanges));
  const growth = after / before;
  const where = `measured at ${ads} ads`;
  const ratio: Outcome =
    typeof peer === "string" ? { missing: `${HNSWLIB}: ${peer}` } : { value: rate / peer, measured: where };
  const workload = `changes, ${ads} x 64`;
  const rows: Row[] = [
    { workload, contender: "tenon", changesPerCpuSecond: rounded(rate), batch: BATCH, changed },
    { workload, contender: "tenon", changesPerCpuSecond: rounded(single), batch: 1, changed: SINGLE_CHANGES },
    typeof peer === "string"
      ? { workload, contender: HNSWLIB, unavailable: peer }
      : { workload, contender: HNSWLIB, changesPerCpuSecond: rounded(peer), batch: 1, changed: peerChanges },
    { workload: `${workload}, search p50`, beforeMicros: rounded(before), afterMicros: rounded(after), changed },
  ];
  return partOf("updates", { upserts: ratio, "upserts.search": { value: growth, measured: where } }, rows);
}

/** Per second of CPU time. */
function changesPerSecond(index: AdIndexHost, upserts: readonly DocumentUpsert[], batch: number): number {
  const from = cpuMs();
  let applied = 0;
  for (let at = 0; at < upserts.length; at += batch)
    applied += index.apply({ upserts: upserts.slice(at, at + batch) }).appliedCount;
  if (applied !== upserts.length) throw new Error(`${applied} of ${upserts.length} changes were applied`);
  return (applied * 1_000) / (cpuMs() - from);
}

/** Median over queries of the fastest of some searches over all ads, µs: the first ones also warm the code up. */
function searchMicros(index: AdIndexHost, queries: readonly Float32Array[]): number {
  const times = queries.map((query) => {
    const vector = F32Column.from(query);
    const filter = { targeting: {}, atMs: 1 };
    let least = Number.POSITIVE_INFINITY;
    for (let repeat = 0; repeat < SEARCH_REPEATS; repeat++) {
      const from = performance.now();
      index.current().searchVectors({ vector, embeddingVersion: EMBEDDING_VERSION, filter, limit: K });
      least = Math.min(least, (performance.now() - from) * 1_000);
    }
    return least;
  });
  return median(times);
}

/** Why there is none, or changes per second of CPU time. */
async function peerChangesPerSecond(set: VectorSet, moved: readonly Float32Array[]): Promise<number | string> {
  const built = await hnswlib({ cachedOnly: false })(set);
  if (isUnavailable(built)) return built.unavailable;
  const graph = changeableGraph(set);
  if ("unavailable" in graph) return graph.unavailable;
  const from = cpuMs();
  for (const [id, vector] of moved.entries()) {
    graph.markDelete(id);
    graph.addPoint(Array.from(vector), id, true);
  }
  const rate = (moved.length * 1_000) / (cpuMs() - from);
  const [first] = moved;
  const found = first === undefined ? [] : graph.searchKnn(Array.from(first), 1).neighbors;
  if (found[0] !== 0) throw new Error(`${HNSWLIB} did not find the vector that was just inserted, but ${found[0]}`);
  return rate;
}
