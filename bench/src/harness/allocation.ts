/** Runs whose garbage is measured: few enough to fit the young generation without a collection. */
const RUNS_MEASURED = 20_000;
/** Runs before, so that the code is optimised as it is in production. */
const RUNS_BEFORE = 20_000;
const REPEATS = 5;

/** Bytes a run allocates: heap growth over runs between two full collections, with none in between. The least of some. */
export async function bytesPerRun(run: () => unknown): Promise<number> {
  const collect = (globalThis as { gc?: () => void }).gc;
  if (collect === undefined) throw new Error("measuring allocation needs --expose-gc");
  for (let at = 0; at < RUNS_BEFORE; at++) await run();
  let least = Number.POSITIVE_INFINITY;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let at = 0; at < RUNS_MEASURED; at++) {
      const result = run();
      if (result instanceof Promise) await result;
    }
    const grown = process.memoryUsage().heapUsed - before;
    // A collection in between would show as too little: such a repeat says nothing.
    if (grown > 0) least = Math.min(least, grown / RUNS_MEASURED);
  }
  return least;
}
