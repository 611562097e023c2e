/**
 * usearch, whose JavaScript binding has no filter: it is asked for more than wanted, and what does not pass both bitmaps is
 * dropped. The fetch is the smallest of a ladder that reaches the recall.
 */
import { cachePath } from "../data/cache.ts";
import { K } from "../data/truth.ts";
import type { VectorSet } from "../data/vector-set.ts";
import { type Bitmaps, bitmapsOf } from "./bits.ts";
import { buildOnce } from "./build-once.ts";
import type { Built, Contender, Unavailable } from "./contender.ts";

export const USEARCH = "usearch, over-fetch";

const CONNECTIONS = 16;
const EXPANSION_ADD = 200;
/** Its default; a fetch above it widens the search by itself. */
const EXPANSION_SEARCH = 64;
/** Times the fetch that would do if matches were spread evenly. */
const FETCH_LADDER: readonly number[] = [1, 1.5, 2, 3, 4, 6, 8, 12, 20, 40];

interface UsearchIndex {
  add(keys: BigUint64Array, vectors: Float32Array, threads: number): void;
  search(query: Float32Array, k: number, threads: number): { readonly keys: BigUint64Array };
  save(path: string): void;
  load(path: string): void;
}

interface UsearchModule {
  readonly Index: new (config: Readonly<Record<string, unknown>>) => UsearchIndex;
}

export function usearch({ cachedOnly }: { readonly cachedOnly: boolean }) {
  return (set: VectorSet): Promise<Built | Unavailable> => build(set, cachedOnly);
}

async function build(set: VectorSet, cachedOnly: boolean): Promise<Built | Unavailable> {
  const module = await load();
  if ("unavailable" in module) return module;
  const index = new module.Index({
    dimensions: set.dimensions,
    metric: "ip",
    quantization: "f32",
    connectivity: CONNECTIONS,
    expansion_add: EXPANSION_ADD,
    expansion_search: EXPANSION_SEARCH,
    multi: false,
  });
  const ids = () => BigUint64Array.from({ length: set.count }, (_, id) => BigInt(id));
  return buildOnce({
    name: USEARCH,
    path: cachePath(`usearch 2.26.2 f32 ${CONNECTIONS} ${EXPANSION_ADD} ${set.digest}`, "usearch"),
    cachedOnly,
    set,
    load: (path) => index.load(path),
    fill: () => index.add(ids(), set.vectors, 1),
    save: (path) => index.save(path),
    contender: () => contenderOf(index, set),
  });
}

/** Its binaries come with the package, but not for every machine. */
async function load(): Promise<UsearchModule | Unavailable> {
  try {
    return (await import("usearch")) as unknown as UsearchModule;
  } catch (error) {
    return { name: USEARCH, unavailable: `the package does not run here: ${String(error).slice(0, 200)}` };
  }
}

function contenderOf(index: UsearchIndex, set: VectorSet): Contender {
  return {
    name: USEARCH,
    prepare: (filter) => bitmapsOf(filter, set),
    queryOf: (query) => query,
    settings: (matches) => {
      const even = (K * set.count) / Math.max(1, matches);
      return [...new Set(FETCH_LADDER.map((times) => Math.min(set.count, Math.ceil(even * times))))];
    },
    search: (query, prepared, fetch) => {
      const { keys } = index.search(query as Float32Array, fetch, 1);
      return passing(keys, prepared as Bitmaps);
    },
  };
}

function passing(keys: BigUint64Array, bitmaps: Bitmaps): readonly number[] {
  const found: number[] = [];
  for (let at = 0; at < keys.length && found.length < K; at++) {
    const id = Number(keys[at]);
    if (bitmaps === undefined || hasBoth(bitmaps, id)) found.push(id);
  }
  return found;
}

function hasBoth([one, other]: readonly [Int32Array, Int32Array], id: number): boolean {
  return ((one[id >>> 5] as number) & (other[id >>> 5] as number) & (1 << (id & 31))) !== 0;
}
