/** Bytes a run allocates: heap growth over many runs between two full collections, with none in between. */
export async function bytesPerRun(run: () => unknown, runs: number): Promise<number> {
  const collect = (globalThis as { gc?: () => void }).gc;
  if (collect === undefined) throw new Error("measuring allocation needs --expose-gc");
  for (let at = 0; at < runs; at++) await run();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let at = 0; at < runs; at++) {
    const result = run();
    if (result instanceof Promise) await result;
  }
  return (process.memoryUsage().heapUsed - before) / runs;
}
