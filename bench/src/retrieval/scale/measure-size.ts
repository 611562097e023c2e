/**
 * One size of the scale simulation in a process of its own, so that its memory is its own: `measure-size.ts ADS`, prints JSON.
 * Times are CPU time of one thread. Documents with texts are not part of it: a million of them belong into a store.
 */
import { cpuMs } from "../contenders/contender.ts";
import { tenon } from "../contenders/tenon.ts";
import { ClusteredSource } from "../data/clustered.ts";
import { filtersOf, independentFilter } from "../data/filters.ts";
import { SEED } from "../data/workload.ts";

const SCALE_SELECTIVITIES: readonly number[] = [0.003, 0.01, 0.1, 1];

/** CPU time in µs. */
export interface SizeMeasured {
  readonly ads: number;
  readonly segmentBytesPerAd: number;
  readonly buildCpuMs: number;
  /** By selectivity, in the order of SCALE_SELECTIVITIES. */
  readonly searchMicros: readonly number[];
}

const QUERIES = 60;
/** Queries that the planner learns from. */
const LEARNED = 100;
/** CPU time of the searches at one selectivity, ms. */
const MEASURE_MS = 1_500;

async function measureSize(ads: number): Promise<SizeMeasured> {
  const source = new ClusteredSource({ count: ads, dimensions: 64, seed: SEED });
  const set = source.vectorSet();
  const queries = source.queries(QUERIES, "reporting");
  const ours = await tenon(set, QUERIES, source.queries(LEARNED, "tuning").vectors);
  const [planner] = ours.contenders;
  if (planner === undefined) throw new Error("no contender");
  const searchMicros: number[] = [];
  for (const selectivity of SCALE_SELECTIVITIES) {
    const filters = filtersOf(
      (random) => independentFilter(random, selectivity),
      queries,
      SEED,
      `scale ${selectivity}`,
    );
    planner.open?.({ name: `${selectivity}`, selectivity, tuning: [], reporting: [] });
    const asks = filters.map((filter, at) => ({ prepared: planner.prepare(filter), query: queries.vectors[at] }));
    searchMicros.push(cpuMicrosPerCall(asks, ({ query, prepared }) => planner.search(query, prepared, 0)));
  }
  const segmentBytes = ours.segment.shared.memory.buffer.byteLength;
  return {
    ads,
    segmentBytesPerAd: segmentBytes / ads,
    buildCpuMs: ours.buildCpuMs + ours.calibrateCpuMs,
    searchMicros,
  };
}

function cpuMicrosPerCall<Ask>(asks: readonly Ask[], call: (ask: Ask) => unknown): number {
  for (const ask of asks) call(ask);
  const from = cpuMs();
  let calls = 0;
  let spentMs = 0;
  while (spentMs < MEASURE_MS) {
    for (const ask of asks) call(ask);
    calls += asks.length;
    spentMs = cpuMs() - from;
  }
  return (spentMs * 1_000) / calls;
}

process.stdout.write(JSON.stringify(await measureSize(Number(process.argv[2]))));
